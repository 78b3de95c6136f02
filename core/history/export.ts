/** The history for an auditor: a line for each resource of each run, newest first, read and handed on a page at a time. */
import { toInstant } from '../clock.ts'
import type { HistoryRow, State } from '../state/state.ts'
import { COLUMNS, type HistoryLine, holdOf, lineOfEntry, lineOfInterrupted, type SourceLine } from './lines.ts'

const PAGE = 200

export interface ExportAsked {
  /** Lines of this resource alone: its chain, or its name where the configuration no longer has it. */
  readonly only?: { readonly chain: string } | { readonly resource: string }
  /** Instants: the first that is wanted, and the first that no longer is. */
  readonly since?: number
  readonly until?: number
}

export type ExportFormat = 'csv' | 'jsonl'

export function exportHistory(state: State, format: ExportFormat, asked: ExportAsked): AsyncGenerator<string> {
  const lines = linesOf(state, asked)
  return format === 'csv' ? csvOf(lines) : jsonLinesOf(lines)
}

async function* linesOf(state: State, asked: ExportAsked): AsyncGenerator<readonly HistoryLine[]> {
  // Which resources a killed run was of is not known.
  const killed = asked.only === undefined ? interruptedRuns(state) : nothing()
  let next = await killed.next()
  for await (const entries of runEntries(state, asked)) {
    const lines: HistoryLine[] = []
    for (const entry of entries) {
      for (; next.done === false && next.value.at > toInstant(entry.at); next = await killed.next())
        lines.push(next.value)
      if (isWanted(entry, asked)) lines.push(await lineOf(state, entry))
    }
    yield lines.filter((line) => isWithin(line, asked))
  }
  for (; next.done === false; next = await killed.next()) if (isWithin(next.value, asked)) yield [next.value]
}

async function* nothing(): AsyncGenerator<HistoryLine, void> {
  // There is none.
}

async function* runEntries(state: State, { only }: ExportAsked): AsyncGenerator<readonly HistoryRow[]> {
  const chain = only !== undefined && 'chain' in only ? { chain: only.chain } : {}
  let before: number | undefined
  for (;;) {
    const place = before === undefined ? {} : { before }
    const entries = await state.history({ limit: PAGE, kind: 'run', ...chain, ...place })
    if (entries.length > 0) yield entries
    before = entries.at(-1)?.seq
    if (entries.length < PAGE) return
  }
}

async function* interruptedRuns({ runs }: State): AsyncGenerator<HistoryLine, void> {
  let before: string | undefined
  for (;;) {
    const place = before === undefined ? {} : { before }
    const page = await runs.list({ status: 'interrupted', limit: PAGE, ...place })
    for (const run of page) yield lineOfInterrupted(run)
    before = page.at(-1)?.id
    if (page.length < PAGE) return
  }
}

function isWanted({ facts }: HistoryRow, { only }: ExportAsked): boolean {
  return only === undefined || !('resource' in only) || facts['resource'] === only.resource
}

function isWithin(line: HistoryLine, { since, until }: ExportAsked): boolean {
  const at = Date.parse(line.at)
  return at >= (since ?? Number.NEGATIVE_INFINITY) && at < (until ?? Number.POSITIVE_INFINITY)
}

async function lineOf(state: State, entry: HistoryRow): Promise<HistoryLine> {
  const id = holdOf(entry)
  return lineOfEntry(entry, id === undefined ? undefined : await state.holds.get(id))
}

async function* csvOf(pages: AsyncGenerator<readonly HistoryLine[]>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for await (const lines of pages)
    yield lines.map((line) => `${COLUMNS.map((name) => cell(line[name])).join(',')}\r\n`).join('')
}

async function* jsonLinesOf(pages: AsyncGenerator<readonly HistoryLine[]>): AsyncGenerator<string> {
  for await (const lines of pages) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** RFC 4180: quoted where it must be. What a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: HistoryLine[(typeof COLUMNS)[number]]): string {
  if (value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : value.map(sayPart).join('; ')
  const safe = /^[\s=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Of a list: an answer, or a source with its files. */
function sayPart(part: SourceLine | { readonly status: number; readonly sha256: string }): string {
  if ('status' in part) return `${part.status} sha256:${part.sha256}`
  const files = (part.files ?? []).map(
    ({ name, size, modifiedAt, sha256 }) =>
      `${name} ${size} bytes ${modifiedAt}${sha256 === undefined ? '' : ` sha256:${sha256}`}`,
  )
  return `${part.name}: ${part.rows} rows as of ${part.asOf}${files.length === 0 ? '' : ` (${files.join(', ')})`}`
}
