/** What the state remembers of a run. */
import type { RunDocument, ResourceDocument } from './document.ts'
import type { ResourceRunRow } from '../state/state.ts'
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

export async function endRun(
  { context, resources, startedBy, toolVersion }: RunOptions,
  document: RunDocument,
): Promise<void> {
  const { state, settings, clock } = context
  const at = clock.now()
  const rows: ResourceRunRow[] = []
  for (const resource of resources) {
    const fared = document.resources.find(({ name }) => name === resource.name)
    if (fared === undefined || fared.paused !== undefined) continue
    rows.push(rowOf(document.runId, scopeOf(settings, resource), { at, fared }))
  }
  await state.runs.finish(document.runId, {
    finishedAt: at,
    outcome: document.outcome,
    exitCode: document.exitCode,
    resources: rows,
    document,
  })
  for (const row of rows) {
    const facts = { ...row, command: document.command, startedBy, toolVersion, config: settings.hash }
    await state.append({ chain: row.scope, at, kind: 'run', facts })
  }
}

function rowOf(runId: string, scope: string, { at, fared }: { at: number; fared: ResourceDocument }): ResourceRunRow {
  const perSource = Object.fromEntries((fared.sources ?? []).map(({ name, rows }) => [sourceCount(name), rows]))
  return {
    runId,
    scope,
    resource: fared.name,
    at,
    outcome: fared.outcome,
    exitCode: fared.exitCode,
    degraded: fared.degraded === true,
    success: fared.outcome === 'pushed',
    counts: { ...fared.records, ...fared.changes, ...perSource },
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
