import { COLLECTED_TIMESTAMP } from '../parts/computer.ts'
import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const vulnerableComponentForm = {
  properties: {
    ...IDENTITY,
    uniqueId: { type: 'string', metadata: { rule: 'stable global identifier; vulnerability resources reference it' } },
    collectedTimestamp: COLLECTED_TIMESTAMP,
    name: { type: 'string' },
    description: { type: 'string' },
    targetType: {
      enum: [
        'HOST',
        'SERVER',
        'CONTAINER',
        'CONTAINER_REPOSITORY',
        'CONTAINER_REPOSITORY_IMAGE',
        'CODE_REPOSITORY',
        'SERVERLESS_FUNCTION',
        'MANIFEST_FILE',
        'WORKSTATION',
        'OTHER',
      ],
    },
  },
} as const satisfies ObjectForm

export type VulnerableComponent = RecordOf<typeof vulnerableComponentForm>
