/** The rows of a source with what was found for each in the sources that are joined to it, join by join. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { FieldProblem } from '../../schemas/problem.ts'
import type { Row } from '../connector.ts'
import type { Fields, JoinedRows, MappedRow, MappingPass } from '../mapping/mapping.ts'
import type { JoinSpec } from '../resource.ts'
import { decodeFields } from './fields-text.ts'
import { type JoinCounts, layBeside, type Match, type WrongRow } from './lay-beside.ts'
import { createLeftSide, type LeftSide } from './left-side.ts'
import type { RightSide } from './right-side.ts'
import type { LeftRow } from './staged.ts'

export interface Right {
  readonly spec: JoinSpec
  readonly side: RightSide
}

/** How a row was joined. */
export interface JoinedRow {
  readonly joined: JoinedRows
  /** Its number among the rows that the source yielded, from 0. */
  readonly seq: number
}

export interface SidesToJoin {
  /** Looks up in the first of `rights`. */
  readonly left: LeftSide
  readonly rights: readonly Right[]
  readonly pass: MappingPass
  readonly folder: string
  /** Of each side, in bytes. */
  readonly memory: number
  readonly signal: AbortSignal
  onRow(row: Row, mapped: MappedRow, how: JoinedRow): void
}

/** Rows between two looks at the rest of the process. */
const STRIDE = 2000

/** Hands on each row, in no order that counts. Returns how each of `rights` was met. */
export async function joinSides(sides: SidesToJoin): Promise<JoinCounts[]> {
  const { rights, pass, folder, memory } = sides
  const counts: JoinCounts[] = []
  let { left } = sides
  for (const [index, right] of rights.entries()) {
    const following = rights[index + 1]
    const next = following && createLeftSide({ pass, spec: following.spec, position: index + 1, folder, memory })
    const take = next === undefined ? finalStep(sides) : nextStep(next, sides)
    counts.push(await meet(await left.sorted(sides.signal), right, { take, signal: sides.signal }))
    if (next !== undefined) left = next
  }
  return counts
}

type Take = (row: LeftRow) => void

async function meet(
  left: Iterable<LeftRow>,
  { spec, side }: Right,
  { take, signal }: { take: Take; signal: AbortSignal },
): Promise<JoinCounts> {
  const pairs = layBeside(left, await side.sorted(signal))
  let steps = 0
  try {
    let step = pairs.next()
    while (step.done !== true) {
      const [row, match] = step.value
      const problems = [...row.problems, ...problemsOf(row, match, spec)]
      take({ ...row, found: [...row.found, match.kind === 'found' ? match.fields : null], problems })
      if (++steps % STRIDE === 0) {
        await breathe()
        signal.throwIfAborted()
      }
      step = pairs.next()
    }
    return step.value
  } catch (error) {
    // Closes the files of both sides.
    pairs.return({ matched: 0, missing: 0, ambiguous: 0, unused: 0 })
    throw error
  }
}

function problemsOf({ key, problems }: LeftRow, match: Match, { name, as, missing }: JoinSpec): FieldProblem[] {
  if (match.kind === 'found') return match.wrong === undefined ? [] : faultsOf(match.wrong, name, as)
  // A key that could not be computed has been reported.
  if (problems.some(({ field }) => field === as)) return []
  if (match.kind === 'ambiguous') {
    const { rows, places } = match
    const more = rows > places.length ? ` and ${rows - places.length} more` : ''
    const message = `${rows} rows of ${name} have the key of this row and differ: ${places.join(', ')}${more}; exactly one is expected`
    return [{ code: 'join-ambiguous', field: as, message }]
  }
  if (missing === 'keep') return []
  const why = key === '' ? 'this row has no key to look it up by' : 'no row of it has the key of this row'
  return [
    { code: 'join-missing', field: as, message: `nothing was found in ${name}: ${why}; exactly one row is expected` },
  ]
}

/** What a connector found wrong with the row that was found: nobody can say what in it is right. */
function faultsOf({ at, faults }: WrongRow, name: string, as: string): FieldProblem[] {
  return faults.map(({ field, message }) => ({
    code: 'join-invalid',
    field: `${as}.${field}`,
    message: `the row of ${name} that has the key of this row is not valid itself: ${at}: ${message}`,
  }))
}

function nextStep(next: LeftSide, { rights }: SidesToJoin): Take {
  return (left) => next.addLeft(left, rowOf(left), joinedRows(left, rights))
}

function finalStep({ rights, pass, onRow }: SidesToJoin): Take {
  return (left) => {
    const row = rowOf(left)
    const joined = joinedRows(left, rights)
    const mapped = pass.map(row, joined)
    const problems = left.problems.length === 0 ? mapped.problems : [...left.problems, ...mapped.problems]
    onRow(row, { ...mapped, problems }, { joined, seq: left.seq })
  }
}

function rowOf({ at, fields, faults }: LeftRow): Row {
  return { at, fields: decodeFields(fields), ...(faults.length === 0 ? {} : { problems: faults }) }
}

function joinedRows({ found }: LeftRow, rights: readonly Right[]): JoinedRows {
  const joined = new Map<string, Fields>()
  for (const [index, { spec }] of rights.entries()) {
    const text = found[index] ?? null
    if (text !== null) joined.set(spec.as, decodeFields(text))
  }
  return joined
}
