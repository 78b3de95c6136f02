import { IDENTITY } from '../parts/identity.ts'
import type { RecordOf } from '../record-of.ts'
import type { ObjectForm } from '../resource-type.ts'

export const customResourceForm = {
  properties: {
    ...IDENTITY,
  },
} as const satisfies ObjectForm

export type CustomResource = RecordOf<typeof customResourceForm>
