/** What the state remembers of a run. */
import type { RunDocument, ResourceDocument } from './document.ts'
import { factsOfRun } from '../history/facts.ts'
import { madeOf } from '../history/made.ts'
import { retainHistory } from '../history/retain.ts'
import type { HistoryEntry, Made, ResourceRunRow } from '../state/state.ts'
import type { RunOptions } from './run-options.ts'
import { sourceCount } from './prepare.ts'
import { scopeOf } from './target.ts'

export async function startRun(
  { context, command, startedBy, toolVersion }: RunOptions,
  runId: string,
  startedAt: number,
): Promise<void> {
  const { state, settings } = context
  await state.runs.begin({ id: runId, command, startedAt, startedBy, toolVersion, configHash: settings.hash })
}

export async function endRun(options: RunOptions, document: RunDocument): Promise<void> {
  const { context, resources, startedBy, toolVersion } = options
  const { state, settings, clock, log } = context
  const at = clock.now()
  const told = resources.flatMap((resource) => {
    const fared = document.resources.find(({ name }) => name === resource.name)
    if (fared === undefined || fared.paused !== undefined) return []
    const made = madeOf(settings, resource, toolVersion)
    return [{ fared, row: rowOf(document.runId, scopeOf(settings, resource), { at, fared, made }) }]
  })
  const run = { command: document.command, startedBy, toolVersion, config: settings.hash }
  const digest = (text: string): string => state.digest(text)
  const history = told.map(
    ({ fared, row }): HistoryEntry => ({
      chain: row.scope,
      at,
      kind: 'run',
      facts: factsOfRun({ ...run, row, fared, digest }),
    }),
  )
  const heads = await state.runs.finish(document.runId, {
    finishedAt: at,
    outcome: document.outcome,
    exitCode: document.exitCode,
    resources: told.map(({ row }) => row),
    document,
    history,
  })
  await retainHistory(context)
  // Kept where the log goes, a head proves later that nothing before it was written anew.
  for (const { row } of told) log.info('history head', { resource: row.resource, head: heads.get(row.scope) })
}

interface Fared {
  readonly at: number
  readonly fared: ResourceDocument
  readonly made: Made
}

function rowOf(runId: string, scope: string, { at, fared, made }: Fared): ResourceRunRow {
  const perSource = Object.fromEntries((fared.sources ?? []).map(({ name, rows }) => [sourceCount(name), rows]))
  return {
    runId,
    scope,
    resource: fared.name,
    at,
    outcome: fared.outcome,
    exitCode: fared.exitCode,
    degraded: fared.degraded === true,
    // A set that was cleared does not say what the sources say.
    success: fared.outcome === 'pushed' && fared.cleared === undefined,
    counts: { ...fared.records, ...fared.changes, ...perSource },
    made,
    ms: (fared.stages ?? []).reduce((sum, { ms }) => sum + ms, 0),
    ...(fared.planHash === undefined ? {} : { planHash: fared.planHash }),
    ...(fared.asOf === undefined ? {} : { asOf: Date.parse(fared.asOf) }),
    ...loginsOf(fared),
    ...(fared.hold?.id === undefined ? {} : { hold: fared.hold.id }),
    ...(fared.error === undefined ? {} : { error: fared.error }),
  }
}

function loginsOf({ sources = [] }: ResourceDocument): Pick<ResourceRunRow, 'logins'> {
  const logins = sources.flatMap(({ name, login }) => (login === undefined ? [] : [{ source: name, ...login }]))
  return logins.length === 0 ? {} : { logins }
}
