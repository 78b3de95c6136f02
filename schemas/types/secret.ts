import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const secretForm = {
  properties: {
    ...IDENTITY,
    name: { type: 'string' },
    description: { type: 'string', metadata: { rule: "text says 'if any', yet listed required", mayBeEmpty: true } },
    createdTimestamp: { type: 'timestamp' },
    creator: { type: 'string' },
    owner: { type: 'string', metadata: { rule: 'Vanta checks each secret for a valid owner' } },
  },
  optionalProperties: {
    updatedTimestamp: { type: 'timestamp', nullable: true },
    lastAccessedTimestamp: { type: 'timestamp', nullable: true },
    expiresTimestamp: { type: 'timestamp', nullable: true },
  },
} as const satisfies ObjectForm

export type Secret = RecordOf<typeof secretForm>
