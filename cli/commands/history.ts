import { toInstant } from '../../core/clock.ts'
import { UsageError } from '../../core/errors.ts'
import type { ExportFormat } from '../../core/history/export.ts'
import type { RunDocument } from '../../core/run/document.ts'
import type { ResourceRunRow, RunRecord } from '../../core/state/state.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint, table } from '../render/paint.ts'
import { runText } from '../render/run-text.ts'
import { withStateOnly } from '../state-only.ts'
import { chooseResources } from '../workplace.ts'
import { exportCommand } from './history-export.ts'
import { verifyCommand } from './history-verify.ts'

export interface HistoryFlags {
  readonly limit: string
  readonly verify?: boolean
  readonly head?: readonly string[]
  readonly format?: ExportFormat
  readonly since?: string
  readonly until?: string
}

/** What was: the runs, newest first; or the proof that the history holds; or all of it, for an auditor. */
export async function historyCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name?: string; flags: HistoryFlags },
): Promise<number> {
  refuseMixed(name, flags)
  const { limit, verify, head = [], format, since, until } = flags
  const named = name === undefined ? {} : { name }
  if (verify) return verifyCommand(io, options, head)
  if (format === undefined) return listCommand(io, options, { limit, ...named })
  const between = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }
  return exportCommand(io, options, { format, ...named, ...between })
}

function refuse(what: string): never {
  throw new UsageError('flags', what, { hint: 'vanta-sync history --help says what goes together.' })
}

/** Nothing that was typed is ignored. */
function refuseMixed(name: string | undefined, { verify, head, format, since, until }: HistoryFlags): void {
  if (verify && name !== undefined) refuse('--verify proves every chain, not that of one resource')
  if (verify && format !== undefined) refuse('--verify proves the history, and exports nothing')
  if (!verify && head !== undefined) refuse('--head goes with --verify')
  if (format === undefined && (since ?? until) !== undefined) refuse('--since and --until go with --format')
}

async function listCommand(
  io: Io,
  options: GlobalOptions,
  { name, limit }: { name?: string; limit: string },
): Promise<number> {
  if (!/^\d{1,6}$/.test(limit)) throw new UsageError('limit', `--limit takes a whole number, not "${limit}"`)
  return withStateOnly(io, options, async ({ state, settings }) => {
    if (name !== undefined) chooseResources(settings, [name])
    const runs = await state.runs.list({ limit: Number(limit), ...(name === undefined ? {} : { resource: name }) })
    if (options.json)
      io.out(`${JSON.stringify({ command: 'history', exitCode: 0, runs: runs.map(runDocument) }, null, 2)}\n`)
    else io.out(historyText(runs))
    return 0
  })
}

/** One run in full. */
export async function showCommand(io: Io, options: GlobalOptions, { id }: { id: string }): Promise<number> {
  return withStateOnly(io, options, async ({ state }) => {
    const run = await state.runs.get(id)
    if (run === undefined) {
      throw new UsageError('unknown-run', `There is no run "${id}" in the history`, {
        hint: 'vanta-sync history lists the runs.',
      })
    }
    if (options.json)
      io.out(
        `${JSON.stringify({ command: 'show', exitCode: 0, run: { ...runDocument(run), document: run.document } }, null, 2)}\n`,
      )
    else io.out(showText(io, run))
    return 0
  })
}

function runDocument(run: RunRecord): object {
  const { startedAt, finishedAt, erasedAt } = run
  return {
    ...run,
    document: undefined,
    ...(erasedAt === undefined ? {} : { erasedAt: toInstant(erasedAt) }),
    startedAt: toInstant(startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: toInstant(finishedAt) }),
  }
}

function historyText(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return 'No run yet.\n'
  const rows = runs.map(({ id, startedAt, command, outcome, status, exitCode, startedBy, resources }) => [
    toInstant(startedAt),
    id,
    command,
    outcome ?? status,
    exitCode === undefined ? '' : String(exitCode),
    startedBy,
    resources.map(rowText).join(', '),
  ])
  return `${table([['STARTED', 'RUN', 'COMMAND', 'OUTCOME', 'EXIT', 'BY', 'RESOURCES'], ...rows]).join('\n')}\n`
}

function rowText({ resource, outcome, counts: { added, changed = 0, removed = 0 } }: ResourceRunRow): string {
  const ended = outcome === 'pushed' ? '' : ` ${outcome}`
  // Nothing was planned when a source could not be read.
  return added === undefined ? `${resource}${ended}` : `${resource}${ended} +${added} ~${changed} -${removed}`
}

function showText(io: Io, run: RunRecord): string {
  const head = `${run.id}: ${run.command} by ${run.startedBy}, ${toInstant(run.startedAt)}, vanta-sync ${run.toolVersion}\n`
  if (run.document === undefined) return `${head}${run.status}\n`
  const { erasedAt } = run
  const aged = erasedAt === undefined ? '' : `Whom it was about is no longer kept since ${toInstant(erasedAt)}.\n`
  return `${head}${aged}\n${runText(run.document as RunDocument, createPaint(io.colour))}`
}
