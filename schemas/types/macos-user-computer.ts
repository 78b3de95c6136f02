import {
  BROWSER_EXTENSIONS,
  COLLECTED_TIMESTAMP,
  IS_BOOT_VOLUME,
  OWNERSHIP,
  USERS_AND_MANAGEMENT,
} from '../parts/computer.ts'
import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const macosUserComputerForm = {
  properties: {
    ...IDENTITY,
    collectedTimestamp: COLLECTED_TIMESTAMP,
    osName: { type: 'string', metadata: { rule: "e.g. 'MacOS Monterey'" } },
    osVersion: { type: 'string', metadata: { rule: "e.g. 'Version 12.4'" } },
    hardwareUuid: { type: 'string' },
    serialNumber: { type: 'string' },
    applications: {
      elements: {
        properties: {
          name: { type: 'string' },
          bundleId: { type: 'string' },
        },
        optionalProperties: {
          lastOpenedTimestamp: { type: 'timestamp', nullable: true },
        },
      },
    },
    browserExtensions: BROWSER_EXTENSIONS,
    drives: {
      elements: {
        properties: {
          name: { type: 'string' },
          encrypted: { type: 'boolean' },
          filevaultEnabled: { type: 'boolean' },
        },
        optionalProperties: {
          isBootVolume: IS_BOOT_VOLUME,
        },
      },
      metadata: { rule: 'used for encryption status' },
    },
    ...USERS_AND_MANAGEMENT,
  },
  optionalProperties: {
    ...OWNERSHIP,
    isXProtectEnabled: { type: 'boolean', nullable: true },
  },
} as const satisfies ObjectForm

export type MacosUserComputer = RecordOf<typeof macosUserComputerForm>
