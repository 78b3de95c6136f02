/** The history as a table: a line for each resource of each run, newest first, read and sent a page at a time. */
import { toInstant } from '../../core/clock.ts'
import type { Hold, ResourceRunRow, RunRecord, State } from '../../core/state/state.ts'
import type { ApiRoute } from './route.ts'

const PAGE = 200

/** One line. No personal data of records; who started and who decided is what an audit is about. */
export interface HistoryLine {
  readonly at: string
  readonly run: string
  readonly command: string
  readonly startedBy: string
  readonly toolVersion: string
  readonly configHash: string
  readonly resource: string
  readonly outcome: string
  readonly exitCode: number
  readonly degraded: boolean
  readonly read?: number
  readonly valid?: number
  readonly invalid?: number
  readonly carriedForward?: number
  readonly dropped?: number
  readonly pushed?: number
  readonly added?: number
  readonly changed?: number
  readonly removed?: number
  readonly unchanged?: number
  readonly moved?: number
  readonly planHash?: string
  readonly hold?: string
  readonly decision?: string
  readonly decidedBy?: string
  readonly provenBy?: string
  readonly decidedAt?: string
  readonly reason?: string
  readonly error?: string
  readonly seconds?: number
}

const COUNTS = [
  'read',
  'valid',
  'invalid',
  'carriedForward',
  'dropped',
  'pushed',
  'added',
  'changed',
  'removed',
  'unchanged',
  'moved',
] as const

const COLUMNS = [
  'at',
  'run',
  'command',
  'startedBy',
  'toolVersion',
  'configHash',
  'resource',
  'outcome',
  'exitCode',
  'degraded',
  ...COUNTS,
  'planHash',
  'hold',
  'decision',
  'decidedBy',
  'provenBy',
  'decidedAt',
  'reason',
  'error',
  'seconds',
] as const satisfies readonly (keyof HistoryLine)[]

export const HISTORY_ROUTES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/history.csv',
    id: 'exportHistoryCsv',
    summary: 'Export the history as CSV',
    description: `A line for each resource of each run, newest first. Columns: ${COLUMNS.join(', ')}.`,
    needs: 'look',
    answer: { status: 200, description: 'CSV with a header line, in UTF-8.', type: 'text/csv' },
    handle: async ({ operator }) => download('csv', csvOf(historyPages(operator.state))),
  },
  {
    method: 'get',
    path: '/history.jsonl',
    id: 'exportHistoryJsonLines',
    summary: 'Export the history as JSON lines',
    description:
      'An object for each resource of each run, newest first, with the columns of the CSV; what is not known is left out.',
    needs: 'look',
    answer: { status: 200, description: 'A JSON object on each line.', type: 'application/jsonl' },
    handle: async ({ operator }) => download('jsonl', jsonLinesOf(historyPages(operator.state))),
  },
]

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8' }

function download(kind: keyof typeof TYPES, parts: AsyncGenerator<string>): Response {
  return new Response(streamOf(parts), {
    headers: {
      'content-type': TYPES[kind],
      'content-disposition': `attachment; filename="vanta-sync-history.${kind}"`,
    },
  })
}

/** A part is made when the reader wants it. */
function streamOf(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
}

async function* historyPages(state: State): AsyncGenerator<readonly HistoryLine[]> {
  let before: string | undefined
  for (;;) {
    const runs = await state.runs.list({ limit: PAGE, ...(before === undefined ? {} : { before }) })
    if (runs.length > 0) yield await linesOf(state, runs)
    before = runs.at(-1)?.id
    if (runs.length < PAGE) return
  }
}

async function linesOf(state: State, runs: readonly RunRecord[]): Promise<HistoryLine[]> {
  const lines: HistoryLine[] = []
  for (const run of runs) {
    for (const row of run.resources) {
      const hold = row.hold === undefined ? undefined : await state.holds.get(row.hold)
      lines.push(lineOf(run, row, hold))
    }
  }
  return lines
}

function lineOf(run: RunRecord, row: ResourceRunRow, hold: Hold | undefined): HistoryLine {
  const counts = COUNTS.flatMap((name) => (row.counts[name] === undefined ? [] : [[name, row.counts[name]] as const]))
  return {
    at: toInstant(row.at),
    run: run.id,
    command: run.command,
    startedBy: run.startedBy,
    toolVersion: run.toolVersion,
    configHash: run.configHash,
    resource: row.resource,
    outcome: row.outcome,
    exitCode: row.exitCode,
    degraded: row.degraded,
    ...Object.fromEntries(counts),
    ...(row.planHash === undefined ? {} : { planHash: row.planHash }),
    ...(row.hold === undefined ? {} : { hold: row.hold }),
    ...decisionOf(hold),
    ...(row.error === undefined ? {} : { error: row.error.code }),
    ...(row.ms === undefined ? {} : { seconds: row.ms / 1000 }),
  }
}

function decisionOf(hold: Hold | undefined): Partial<HistoryLine> {
  if (hold === undefined) return {}
  const { status, decision } = hold
  if (decision === undefined) return { decision: status }
  const { by, provenBy, at, reason } = decision
  return { decision: status, decidedBy: by, provenBy, decidedAt: toInstant(at), reason }
}

async function* csvOf(pages: AsyncGenerator<readonly HistoryLine[]>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for await (const lines of pages)
    yield lines.map((line) => `${COLUMNS.map((name) => cell(line[name])).join(',')}\r\n`).join('')
}

async function* jsonLinesOf(pages: AsyncGenerator<readonly HistoryLine[]>): AsyncGenerator<string> {
  for await (const lines of pages) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** Quoted where it must be; what a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: string | number | boolean | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
