/** Rows of the export, brought together by person, however many there are. */
import { mkdirSync } from 'node:fs'
import type { Row } from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import { type Codec, textWeight } from '../../core/stage/codec.ts'
import { createSorter } from '../../core/stage/sorter.ts'
import { compareCodePoints } from '../../core/text/order.ts'

export interface StagedRows {
  add(id: string, row: Row): void
  /**
   * The rows of each person in the order of the export; rows without an id stand alone.
   * @throws OperatorError when so many rows share an id that it is no person's
   */
  people(signal: AbortSignal): Promise<Generator<readonly Row[], void, void>>
}

interface StagedRow {
  readonly id: string
  readonly seq: number
  readonly row: Row
}

/** Even a whole career, a row for each change, is shorter. What has more is a placeholder, or the wrong column. */
const MOST_ROWS = 1000

/** Rows that wait in memory to be sorted: bytes. */
const MEMORY = 16 << 20

export function createStage(folder: string): StagedRows {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const sorter = createSorter({ folder, name: 'people', codec, compare, memory: MEMORY })
  return {
    add: (id, row) => sorter.add({ id, seq: sorter.length, row }),
    people: async (signal) => grouped(await sorter.sorted(signal)),
  }
}

function* grouped(rows: Iterable<StagedRow>): Generator<readonly Row[], void, void> {
  let person: Row[] = []
  let id = ''
  for (const staged of rows) {
    if (person.length > 0 && (staged.id !== id || id === '')) {
      yield person
      person = []
    }
    id = staged.id
    person.push(staged.row)
    if (person.length > MOST_ROWS) throw sharedId(person)
  }
  if (person.length > 0) yield person
}

function sharedId([first]: readonly Row[]): OperatorError {
  const message = `more than ${MOST_ROWS} rows, of which ${first?.at} is the first, have the same id: folded, they would be one person`
  return new OperatorError('hris-id', message, {
    hint: 'Set `columns.id` to the column that tells people apart; whoever makes the export must give everybody an id.',
  })
}

function compare(a: StagedRow, b: StagedRow): number {
  return compareCodePoints(a.id, b.id) || a.seq - b.seq
}

const codec: Codec<StagedRow> = {
  encode: ({ id, seq, row }) => JSON.stringify([id, seq, row.at, row.fields]),
  decode(line) {
    const [id, seq, at, fields] = JSON.parse(line) as [string, number, string, Row['fields']]
    return { id, seq, row: { at, fields } }
  },
  weigh({ id, row }) {
    let weight = 128 + textWeight(id) + textWeight(row.at)
    for (const value of Object.values(row.fields)) weight += 16 + textWeight(typeof value === 'string' ? value : '')
    return weight
  },
}
