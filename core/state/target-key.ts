import { createHash } from 'node:crypto'
import type { Target } from './state.ts'

/** A target as one short text. */
export function targetKey({ baseUrl, connection, type, resourceId, shape }: Target): string {
  return createHash('sha256')
    .update(JSON.stringify([baseUrl, connection, type, resourceId, shape]))
    .digest('hex')
    .slice(0, 32)
}
