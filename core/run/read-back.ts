import { join } from 'node:path'
import { RefusedError } from '../errors.ts'
import { jsonCodec } from '../plan/plan.ts'
import type { ResourceSpec } from '../resource.ts'
import { createSpool, type Spool } from '../stage/spool.ts'
import type { BaselineRecord } from '../state/state.ts'
import { compareCodePoints } from '../text/order.ts'
import type { RequestCounter, VantaClient } from '../vanta/client.ts'

/** A record as Vanta answers it, in canonical form. */
export interface HeldRecord {
  readonly uniqueId: string
  readonly body: string
}

/** What a resource id holds now, without the soft-deleted rows; in Vanta's order. */
export async function readBack(
  client: VantaClient,
  resource: ResourceSpec,
  resourceId: string,
  requests: RequestCounter,
): Promise<HeldRecord[]> {
  const rows = await client.fetchRecords(resource.type.path, resourceId, requests)
  const held: HeldRecord[] = []
  for (const row of rows) {
    if (row['deletedAt'] !== undefined && row['deletedAt'] !== null) continue
    const uniqueId = row['uniqueId']
    if (typeof uniqueId !== 'string' || uniqueId === '') {
      throw new RefusedError(
        'unexpected-answer',
        `Vanta's answer for ${resource.name} has a record without uniqueId: what it holds cannot be told`,
      )
    }
    held.push({ uniqueId, body: JSON.stringify(resource.type.canonical(row)) })
  }
  return held
}

export interface BaselineSpoolOptions {
  readonly folder: string
  readonly name: string
  readonly memory: number
  readonly acceptedAt: number
  /** Since when who is gone is gone, as far as the state knows: Vanta does not say. */
  readonly gone?: ReadonlyMap<string, number>
}

/** What was read back, put aside as a baseline: ordered by code point of the id. */
export function spoolBaseline(held: readonly HeldRecord[], options: BaselineSpoolOptions): Spool<BaselineRecord> {
  const { folder, name, memory, acceptedAt, gone } = options
  const spool = createSpool({ path: join(folder, name), codec: jsonCodec<BaselineRecord>(700), memory })
  const sorted = [...held].sort((a, b) => compareCodePoints(a.uniqueId, b.uniqueId))
  for (const { uniqueId, body } of sorted) {
    const goneAt = gone?.get(uniqueId)
    spool.add({ uniqueId, body, acceptedAt, ...(goneAt === undefined ? {} : { goneAt }) })
  }
  spool.seal()
  return spool
}

/** A sequence in batches, as baselines come. */
export async function* inBatches<T>(items: Iterable<T>, size = 1000): AsyncGenerator<readonly T[], void, void> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
