import { createHash } from 'node:crypto'

/**
 * What tokens, leases, baselines and history belong to: a digest of the client id, and for public applications of the
 * `source_id` too. 32 hex digits; the id itself need not be stored.
 */
export function connectionOf(clientId: string, sourceId?: string): string {
  const parts = sourceId === undefined ? [clientId] : [clientId, sourceId]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
