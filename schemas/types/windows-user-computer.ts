import {
  BROWSER_EXTENSIONS,
  COLLECTED_TIMESTAMP,
  IS_BOOT_VOLUME,
  OWNERSHIP,
  USERS_AND_MANAGEMENT,
} from '../parts/computer.ts'
import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { Form, ObjectForm } from '../resource-type.ts'

/** How Windows Security Center rates one of its services. */
const HEALTH = { enum: ['GOOD', 'POOR', 'SNOOZED', 'NOT_MONITORED', 'ERROR'] } as const satisfies Form

export const windowsUserComputerForm = {
  properties: {
    ...IDENTITY,
    collectedTimestamp: COLLECTED_TIMESTAMP,
    osName: { type: 'string', metadata: { rule: "e.g. 'Windows 11'" } },
    osVersion: { type: 'string', metadata: { rule: "e.g. 'Version 10.0.22621'" } },
    hardwareUuid: { type: 'string' },
    serialNumber: { type: 'string' },
    programs: {
      elements: {
        properties: {
          name: { type: 'string' },
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
    windowsSecurityProducts: {
      elements: {
        properties: {
          name: { type: 'string' },
          category: { enum: ['FIREWALL', 'ANTIVIRUS', 'ANTISPYWARE'] },
          state: { enum: ['ON', 'OFF', 'UNKNOWN'] },
          stateTimestamp: { type: 'timestamp', metadata: { rule: 'when this entry was collected' } },
          signaturesUpToDate: { type: 'boolean' },
        },
      },
      nullable: true,
      metadata: { rule: 'services watched by Windows Security Center' },
    },
    windowsSecurityCenter: {
      properties: {
        firewall: HEALTH,
        autoupdate: HEALTH,
        antivirus: HEALTH,
        internetSetting: HEALTH,
        userAccountControl: HEALTH,
        windowsSecurityCenterService: HEALTH,
      },
      nullable: true,
    },
  },
} as const satisfies ObjectForm

export type WindowsUserComputer = RecordOf<typeof windowsUserComputerForm>
