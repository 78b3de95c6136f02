import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const userSecurityTrainingStatusForm = {
  properties: {
    ...IDENTITY,
    trainingId: { type: 'string', metadata: { rule: 'stable id of the training or course, e.g. gdpr-training-123' } },
    trainingName: { type: 'string' },
    frameworksFulfilled: { elements: { enum: ['SOC2', 'ISO27001', 'HIPAA', 'PCI', 'GDPR', 'CCPA'] } },
    traineeFullName: { type: 'string' },
    traineeAccountName: { type: 'string', metadata: { rule: 'useful when the trainee has a username but no name' } },
    traineeEmail: { type: 'string' },
    status: { enum: ['INCOMPLETE', 'COMPLETE'] },
    trainingCreatedTimestamp: { type: 'timestamp' },
    trainingDueTimestamp: { type: 'timestamp', metadata: { rule: 'Vanta checks on-time completion against it' } },
  },
  optionalProperties: {
    trainingCompletedTimestamp: { type: 'timestamp', nullable: true },
  },
} as const satisfies ObjectForm

export type UserSecurityTrainingStatus = RecordOf<typeof userSecurityTrainingStatusForm>
