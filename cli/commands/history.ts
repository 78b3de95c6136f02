import { toInstant } from '../../core/clock.ts'
import { UsageError } from '../../core/errors.ts'
import type { RunDocument } from '../../core/run/document.ts'
import type { RunRecord } from '../../core/state/state.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint, table } from '../render/paint.ts'
import { runText } from '../render/run-text.ts'
import { withStateOnly } from '../state-only.ts'
import { chooseResources } from '../workplace.ts'

/** What was: newest first. */
export async function historyCommand(
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
  const { startedAt, finishedAt } = run
  return {
    ...run,
    document: undefined,
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
    resources
      .map(
        ({ resource, counts }) =>
          `${resource} +${counts['added'] ?? 0} ~${counts['changed'] ?? 0} -${counts['removed'] ?? 0}`,
      )
      .join(', '),
  ])
  return `${table([['STARTED', 'RUN', 'COMMAND', 'OUTCOME', 'EXIT', 'BY', 'RESOURCES'], ...rows]).join('\n')}\n`
}

function showText(io: Io, run: RunRecord): string {
  const head = `${run.id}: ${run.command} by ${run.startedBy}, ${toInstant(run.startedAt)}, vanta-sync ${run.toolVersion}\n`
  if (run.document === undefined) return `${head}${run.status}\n`
  return `${head}\n${runText(run.document as RunDocument, createPaint(io.colour))}`
}
