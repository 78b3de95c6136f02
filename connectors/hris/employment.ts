/** What the rows of one person say of the employment, as of a day. Pure. */
import type { RowProblem } from '../../core/connector.ts'
import type { Rules } from './rules.ts'
import type { Standing } from './presets.ts'

/** A row's own words, read. */
export interface Assignment {
  readonly at: string
  readonly start: string | undefined
  /** The last day. */
  readonly end: string | undefined
  readonly standing: Standing | undefined
  readonly isPrimary: boolean
  /** Why it cannot be understood. */
  readonly problems: readonly RowProblem[]
}

export type Employment =
  | { readonly kind: 'current'; readonly speaker: Assignment; readonly firstDay: string | undefined }
  | {
      readonly kind: 'left'
      readonly speaker: Assignment
      readonly firstDay: string | undefined
      /** Undefined when only a status tells. */
      readonly lastDay: string | undefined
    }
  /** Has not started yet. */
  | { readonly kind: 'future'; readonly speaker: Assignment }
  /** Nobody can tell: the person stays as Vanta has it. */
  | {
      readonly kind: 'unclear'
      readonly speaker: Assignment
      readonly firstDay: string | undefined
      readonly problems: readonly RowProblem[]
    }

/** @param rows never none, in the order of the export */
export function judgeEmployment(
  rows: readonly Assignment[],
  day: string,
  assignments: Rules['assignments'],
): Employment {
  const problems = problemsOf(rows, day)
  const [first] = rows
  if (first === undefined) throw new Error('a person without a row')
  const firstDay = earliest(rows)
  if (problems.length > 0) return { kind: 'unclear', speaker: first, firstDay, problems }
  const current = rows.filter((row) => isCurrent(row, day))
  if (current.length > 0) return currentOf(current, { firstDay, assignments })
  const past = rows.filter((row) => !isFuture(row, day))
  if (past.length === 0) return { kind: 'future', speaker: latest(rows, ({ start }) => start) }
  const speaker = latest(past, ({ end, start }) => end ?? start)
  const ends = past.map(({ end }) => end)
  const lastDay = ends.includes(undefined) ? undefined : ends.reduce((a, b) => ((a ?? '') > (b ?? '') ? a : b))
  return { kind: 'left', speaker, firstDay, lastDay }
}

function currentOf(
  current: readonly Assignment[],
  { firstDay, assignments }: { firstDay: string | undefined; assignments: Rules['assignments'] },
): Employment {
  const youngest = latest(current, ({ start }) => start)
  if (current.length === 1 || assignments === 'latest') return { kind: 'current', speaker: youngest, firstDay }
  const marked = assignments === 'primary' ? current.filter(({ isPrimary }) => isPrimary) : current
  const [only] = marked
  if (only !== undefined && marked.length === 1) return { kind: 'current', speaker: only, firstDay }
  const places = sayPlaces(current)
  const message =
    assignments === 'single'
      ? `${current.length} rows of this person hold at one time (${places}); one is expected`
      : `${marked.length} of ${current.length} rows of this person are marked primary (${places}); one is expected`
  return { kind: 'unclear', speaker: youngest, firstDay, problems: [{ field: 'status', message }] }
}

/** So many are named: a thousand rows may share an id that is none, such as 0. */
const NAMED = 3

function problemsOf(rows: readonly Assignment[], day: string): readonly RowProblem[] {
  const problems: RowProblem[] = []
  for (const row of rows) {
    problems.push(...row.problems, ...contradictions(row, day))
    if (problems.length >= NAMED) return problems.slice(0, NAMED)
  }
  return problems
}

function sayPlaces(rows: readonly Assignment[]): string {
  const named = rows.slice(0, NAMED).map(({ at }) => at)
  return rows.length > NAMED ? `${named.join(', ')} and others` : named.join(', ')
}

/** Dates decide; a status decides where there is no end date, and may not say the contrary of what is past. */
function contradictions({ at, start, end, standing }: Assignment, day: string): readonly RowProblem[] {
  if (start !== undefined && end !== undefined && end < start) {
    return [{ field: 'end', message: `ends before it starts (${at})` }]
  }
  if (end !== undefined && end < day && standing === 'employed') {
    return [{ field: 'status', message: `has an end date in the past and a status that says employed (${at})` }]
  }
  if (end === undefined && standing === 'left' && start !== undefined && start > day) {
    return [{ field: 'status', message: `has a status that says left and starts in the future (${at})` }]
  }
  return []
}

function isFuture({ start }: Assignment, day: string): boolean {
  return start !== undefined && start > day
}

function isCurrent(row: Assignment, day: string): boolean {
  if (isFuture(row, day)) return false
  return row.end === undefined ? row.standing !== 'left' : row.end >= day
}

function earliest(rows: readonly Assignment[]): string | undefined {
  const starts = rows.map(({ start }) => start).filter((start) => start !== undefined)
  return starts.length === 0 ? undefined : starts.reduce((a, b) => (a < b ? a : b))
}

/** The row with the greatest day; of equals the first in the export. */
function latest(rows: readonly Assignment[], dayOf: (row: Assignment) => string | undefined): Assignment {
  return rows.reduce((best, row) => ((dayOf(row) ?? '') > (dayOf(best) ?? '') ? row : best))
}
