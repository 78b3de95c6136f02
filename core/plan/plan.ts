/** The words of a plan: snapshot against baseline, as data. */
import type { Codec } from '../stage/codec.ts'
import { textWeight } from '../stage/codec.ts'
import type { Spool } from '../stage/spool.ts'
import type { FieldChange } from './field-changes.ts'

export type BaselineOrigin = 'state' | 'read' | 'unknown'

/** One record of the snapshot, as it will be pushed. */
export interface SnapshotRecord {
  readonly uniqueId: string
  /** Canonical JSON. */
  readonly body: string
  /** Where its row is, so that a refusal can name it. */
  readonly at: string
  /** What the baseline's record must become: nothing to write, or written with this time (null: that of the head). */
  readonly write: boolean
  readonly acceptedAt: number | null
  readonly group?: string
  /** No row stands for it: the time of the read that first missed it. */
  readonly goneAt?: number
}

export type PlanItem =
  | {
      readonly change: 'add' | 'remove' | 'move'
      readonly uniqueId: string
      readonly departs: boolean
      readonly part: number
    }
  | {
      readonly change: 'change'
      readonly uniqueId: string
      readonly departs: boolean
      readonly part: number
      readonly fields: readonly FieldChange[]
      /** No row says so: it left the sources. */
      readonly inferred?: true
    }

/** What is to become of one resource id. */
export interface PlanPart {
  readonly resourceId: string
  /** False: the id left the list, and is emptied once the others hold its records. */
  readonly current: boolean
  readonly records: Spool<SnapshotRecord>
  /** Ids that the part's baseline holds and that leave it, be it for another part. */
  readonly leaving: Spool<string>
  /** Bytes of the PUT's whole body. */
  readonly bytes: number
  /** Resource ids that must have been confirmed before this one loses what moves to them. */
  readonly waitsFor: ReadonlySet<string>
}

export interface PlanCounts {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
  readonly moved: number
}

export interface RecordCounts {
  /** Rows that the sources yielded. */
  readonly read: number
  readonly valid: number
  readonly invalid: number
  readonly carriedForward: number
  readonly dropped: number
  /** Records of those who left the sources, still sent as DEACTIVATED. */
  readonly inferred: number
  /** Rows without any value, skipped. */
  readonly blank: number
}

export interface Problem {
  readonly code: string
  readonly at?: string
  readonly uniqueId?: string
  readonly field?: string
  readonly message: string
}

/** What sources said differently of one record, where one of them was taken. */
export interface PlanConflict {
  readonly uniqueId: string
  readonly fields: readonly string[]
  readonly places: readonly string[]
}

export interface Plan {
  /** Hex SHA-256 over every change and the content that it leads to. */
  readonly hash: string
  readonly baseline: BaselineOrigin
  /** Distinct ids of the baseline, without those who are gone and only still sent. */
  readonly baselineSize: number
  readonly counts: PlanCounts
  readonly records: RecordCounts
  /** Records that rows stand for: valid ones and carried ones. */
  readonly size: number
  /** Ordered by id; every change. */
  readonly items: Spool<PlanItem>
  readonly parts: readonly PlanPart[]
  /** Ids of invalid records; rows without id by their place. */
  readonly invalid: Spool<string>
  readonly problems: Spool<Problem>
  /** Notes, not problems: the records are as good as others. */
  readonly conflicts: Spool<PlanConflict>
  /** Removals and accounts that turn to DEACTIVATED. */
  readonly departures: number
  /** Those among the changed who left the sources and turn to DEACTIVATED by that. */
  readonly newlyGone: number
  /** Ids that the sources and the baseline have, as far as it does not know them gone. */
  readonly common: number
  /** Invalid records whose last accepted version is older than `carryFor`. */
  readonly overdue: number
  /** Rows whose id is empty or could not be computed. */
  readonly withoutId: number
  /** Ids of `guard.mustInclude` that the snapshot lacks. */
  readonly missing: readonly string[]
  /** Values of `guard.groupBy` that had five or more and have none left. */
  readonly vanishedGroups: readonly string[]
  /** Sources that are complete and empty though another is not. */
  readonly emptySources: readonly string[]
}

export const snapshotCodec: Codec<SnapshotRecord> = {
  encode: (record) =>
    [
      JSON.stringify(record.uniqueId),
      record.body,
      JSON.stringify(record.at),
      record.write ? '1' : '0',
      String(record.acceptedAt),
      record.group === undefined ? '' : JSON.stringify(record.group),
      record.goneAt === undefined ? '' : String(record.goneAt),
    ].join('\t'),
  decode(line) {
    const [uniqueId = '""', body = '', at = '""', write, acceptedAt = 'null', group = '', goneAt = ''] =
      line.split('\t')
    return {
      uniqueId: JSON.parse(uniqueId) as string,
      body,
      at: JSON.parse(at) as string,
      write: write === '1',
      acceptedAt: acceptedAt === 'null' ? null : Number(acceptedAt),
      ...(group === '' ? {} : { group: JSON.parse(group) as string }),
      ...(goneAt === '' ? {} : { goneAt: Number(goneAt) }),
    }
  },
  weigh: (record) => 96 + textWeight(record.uniqueId) + textWeight(record.body) + textWeight(record.at),
}

export const textCodec: Codec<string> = {
  encode: (text) => JSON.stringify(text),
  decode: (line) => JSON.parse(line) as string,
  weigh: textWeight,
}

/** Anything that JSON can hold. */
export function jsonCodec<T>(weight: number): Codec<T> {
  return {
    encode: (item) => JSON.stringify(item),
    decode: (line) => JSON.parse(line) as T,
    weigh: () => weight,
  }
}
