import { join } from 'node:path'
import { createSpool, type Spool } from '../stage/spool.ts'
import { type PlanPart, type SnapshotRecord, snapshotCodec, textCodec } from './plan.ts'

/** Memory for all parts' spools together, in bytes. */
const MEMORY = 16 << 20

export interface PartBuilder {
  add(record: SnapshotRecord): void
  leave(uniqueId: string): void
  waitFor(resourceId: string): void
  finish(): PlanPart
}

export interface PartBuilderOptions {
  readonly folder: string
  readonly index: number
  readonly of: number
  readonly resourceId: string
  readonly current: boolean
}

/** What comes before and after the records in the body of a PUT. */
export function bodyFrame(resourceId: string): readonly [string, string] {
  return [`{"resourceId":${JSON.stringify(resourceId)},"resources":[`, ']}']
}

export function createPartBuilder({ folder, index, of, resourceId, current }: PartBuilderOptions): PartBuilder {
  const memory = MEMORY / of
  const records: Spool<SnapshotRecord> = createSpool({
    path: join(folder, `part-${index}`),
    codec: snapshotCodec,
    memory,
  })
  const leaving: Spool<string> = createSpool({
    path: join(folder, `leaving-${index}`),
    codec: textCodec,
    memory: memory / 8,
  })
  const waitsFor = new Set<string>()
  let bytes = Buffer.byteLength(bodyFrame(resourceId).join(''))
  return {
    add(record) {
      bytes += Buffer.byteLength(record.body) + (records.length === 0 ? 0 : 1)
      records.add(record)
    },
    leave: (uniqueId) => leaving.add(uniqueId),
    waitFor: (other) => void waitsFor.add(other),
    finish() {
      records.seal()
      leaving.seal()
      return { resourceId, current, records, leaving, bytes, waitsFor }
    },
  }
}
