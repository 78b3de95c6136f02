import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const securityTaskForm = {
  properties: {
    ...IDENTITY,
    taskId: { type: 'string' },
    taskTitle: { type: 'string' },
    createdTimestamp: { type: 'timestamp' },
    taskState: {
      enum: ['OPEN', 'IN_PROGRESS', 'CLOSED'],
      metadata: { rule: 'map other source states to the closest value' },
    },
    priority: { enum: ['P0', 'P1', 'P2', 'P3', 'P4'], metadata: { rule: 'matched against task SLAs' } },
    assignees: { elements: { type: 'string' }, metadata: { rule: 'email addresses; need not be Vanta users' } },
    creator: { type: 'string' },
    labels: { elements: { type: 'string' } },
  },
  optionalProperties: {
    closedTimestamp: {
      type: 'timestamp',
      nullable: true,
      metadata: { rule: 'required iff taskState is CLOSED, else must be absent' },
    },
    updatedTimestamp: { type: 'timestamp', nullable: true },
  },
} as const satisfies ObjectForm

export type SecurityTask = RecordOf<typeof securityTaskForm>
