import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const userAccountForm = {
  properties: {
    ...IDENTITY,
    fullName: { type: 'string', metadata: { rule: 'join given and family names with a space' } },
    accountName: { type: 'string', metadata: { rule: 'used when no fullName applies, such as machine accounts' } },
    email: { type: 'string', metadata: { rule: 'links the account to a Vanta user' } },
    permissionLevel: { enum: ['ADMIN', 'EDITOR', 'BASE'], metadata: { rule: 'map richer roles to the closest value' } },
    createdTimestamp: { type: 'timestamp' },
    status: {
      enum: ['ACTIVE', 'DEACTIVATED'],
      metadata: { rule: 'deactivated users may be omitted, but sending them is preferred' },
    },
    mfaEnabled: {
      type: 'boolean',
      nullable: true,
      metadata: { rule: 'ignored when authMethod is SSO; null means unknown' },
    },
    mfaMethods: {
      elements: { enum: ['UNSUPPORTED', 'DISABLED', 'SMS', 'EMAIL', 'OTP', 'HARDWARE_TOKEN', 'PUSH_PROMPT'] },
      metadata: { rule: 'ignored when authMethod SSO; empty array when mfaEnabled is null' },
    },
    authMethod: { enum: ['SSO', 'PASSWORD', 'TOKEN', 'BIOMETRIC'] },
  },
  optionalProperties: {
    roleDescription: { type: 'string', nullable: true },
    updatedTimestamp: { type: 'timestamp', nullable: true },
    deactivatedTimestamp: {
      type: 'timestamp',
      nullable: true,
      metadata: { rule: 'deactivation time, when status is deactivated' },
    },
    lastLoginTimestamp: { type: 'timestamp', nullable: true },
    lastPasswordResetTimestamp: { type: 'timestamp', nullable: true },
    groupIds: {
      elements: { type: 'string' },
      nullable: true,
      metadata: { rule: 'group or team ids from the source product' },
    },
  },
} as const satisfies ObjectForm

export type UserAccount = RecordOf<typeof userAccountForm>
