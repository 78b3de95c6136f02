import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const backgroundCheckConnectorForm = {
  properties: {
    ...IDENTITY,
    fullName: { type: 'string' },
    email: { type: 'string' },
    status: { enum: ['INCOMPLETE', 'IN_PROGRESS', 'COMPLETE'] },
  },
  optionalProperties: {
    completionDate: { type: 'timestamp', nullable: true, metadata: { rule: 'set only when the check is complete' } },
  },
} as const satisfies ObjectForm

export type BackgroundCheckConnector = RecordOf<typeof backgroundCheckConnectorForm>
