/** The source that decides who exists: its rows, kept by what they are looked up by in the next joined source. */
import type { Row } from '../connector.ts'
import type { JoinedRows, MappingPass } from '../mapping/mapping.ts'
import type { JoinSpec } from '../resource.ts'
import { createSorter, type Sorter } from '../stage/sorter.ts'
import { encodeFields } from './fields-text.ts'
import { compareKeyed, type LeftRow, leftRowCodec } from './staged.ts'

export interface LeftSide {
  /** Takes a row as the source gave it. */
  add(row: Row): void
  /** Takes one that has been looked up in the joined sources before. */
  addLeft(left: Omit<LeftRow, 'key'>, row: Row, joined: JoinedRows): void
  /** All rows in order of their keys. May be called once. */
  sorted(signal: AbortSignal): Promise<Iterable<LeftRow>>
}

export interface LeftSideOptions {
  readonly pass: MappingPass
  readonly spec: JoinSpec
  /** Of the joined source among those of the source. */
  readonly position: number
  readonly folder: string
  /** Bytes that may stay in memory. */
  readonly memory: number
}

const NOTHING_JOINED: JoinedRows = new Map()

export function createLeftSide({ pass, spec, position, folder, memory }: LeftSideOptions): LeftSide {
  const sorter: Sorter<LeftRow> = createSorter({
    folder,
    name: `left-${position}`,
    codec: leftRowCodec,
    compare: compareKeyed,
    memory,
  })
  let seq = 0

  function addLeft(left: Omit<LeftRow, 'key'>, row: Row, joined: JoinedRows): void {
    const key = pass.joinKey(position, row, joined)
    if ('text' in key) return sorter.add({ ...left, key: key.text })
    // It matches nobody, and says so.
    const message = `the key that ${spec.name} is looked up by: ${key.fault.message}`
    const problem = { code: 'join-key', field: spec.as, message }
    sorter.add({ ...left, key: '', problems: [...left.problems, problem] })
  }

  return {
    add(row) {
      const fields = encodeFields(row.fields)
      addLeft(
        { seq: seq++, at: row.at, fields, faults: row.problems ?? [], found: [], problems: [] },
        row,
        NOTHING_JOINED,
      )
    },
    addLeft,
    sorted: (signal) => sorter.sorted(signal),
  }
}
