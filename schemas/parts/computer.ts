/** What the two kinds of computer have in common. */
import type { Form } from '../resource-type.ts'

export const COLLECTED_TIMESTAMP = {
  type: 'timestamp',
  metadata: { rule: 'latest collection time allowed when items are collected at different times' },
} as const satisfies Form

const SCREENLOCK = {
  properties: {
    requiresPassword: { type: 'boolean' },
    screenSleepTimeoutMs: { type: 'int32', metadata: { rule: 'milliseconds' } },
  },
} as const satisfies Form

export const BROWSER_EXTENSIONS = {
  elements: {
    properties: {
      extensionId: { type: 'string' },
      name: { type: 'string' },
      browser: {
        enum: ['CHROME', 'FIREFOX', 'OPERA', 'SAFARI', 'EDGE'],
        metadata: { rule: 'other chromium browsers: use CHROME; otherwise skip the extension' },
      },
    },
  },
  metadata: { rule: 'used to detect known password managers' },
} as const satisfies Form

export const IS_BOOT_VOLUME = {
  type: 'boolean',
  nullable: true,
  metadata: { rule: 'lets non-boot volumes such as USB be ignored' },
} as const satisfies Form

/** Required fields that both kinds list last, in this order. */
export const USERS_AND_MANAGEMENT = {
  users: {
    elements: {
      properties: {
        username: { type: 'string', metadata: { rule: 'need not be unique' } },
        screenlockPolicies: {
          elements: SCREENLOCK,
          metadata: { rule: 'may be skipped when hard to obtain, though listed required' },
        },
        screenlockSettings: SCREENLOCK,
      },
      optionalProperties: {
        lastLoginTimestamp: { type: 'timestamp', nullable: true },
      },
    },
    metadata: { rule: 'human users only; otherwise prefer sending none' },
  },
  systemScreenlockPolicies: {
    elements: SCREENLOCK,
    metadata: { rule: 'empty list allowed when hard to obtain' },
  },
  isManaged: { type: 'boolean' },
  autoUpdatesEnabled: { type: 'boolean' },
} as const satisfies Record<string, Form>

/** Optional fields that both kinds list first, in this order. */
export const OWNERSHIP = {
  owner: { type: 'string', nullable: true, metadata: { rule: "owner's email address, when known" } },
  passwordPolicy: {
    properties: { minimumLengthRequirement: { type: 'int32' } },
    nullable: true,
  },
  lastEnrolledTimestamp: {
    type: 'timestamp',
    nullable: true,
    metadata: { rule: 'most recent enrollment if re-enrolled' },
  },
} as const satisfies Record<string, Form>
