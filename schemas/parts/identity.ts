import type { Form } from '../resource-type.ts'

/** The fields that every resource type begins with. */
export const IDENTITY = {
  displayName: { type: 'string', metadata: { rule: 'shown verbatim on the inventory page' } },
  uniqueId: { type: 'string', metadata: { rule: 'stable global identifier' } },
  externalUrl: { type: 'string', metadata: { rule: 'must be https' } },
} as const satisfies Record<string, Form>
