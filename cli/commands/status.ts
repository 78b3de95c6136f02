import { toInstant } from '../../core/clock.ts'
import { SyncError } from '../../core/errors.ts'
import type { RunContext } from '../../core/run/context.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import { scopeOf } from '../../core/run/target.ts'
import { sayDuration } from '../../core/text/duration.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint, type Paint, table } from '../render/paint.ts'
import { withStateOnly } from '../state-only.ts'

export type Health = 'healthy' | 'degraded' | 'held' | 'failing' | 'stale' | 'never run'

export interface ResourceStatus {
  readonly name: string
  readonly type: string
  readonly health: Health
  readonly lastOutcome?: string
  readonly lastRunAt?: string
  readonly lastSuccessAt?: string
  readonly ageSeconds?: number
  readonly records?: number
  readonly maxAgeSeconds?: number
  readonly hold?: string
  readonly error?: { readonly code: string; readonly message: string }
}

/** What is, from the state alone. */
export async function statusCommand(io: Io, options: GlobalOptions): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const resources = await Promise.all(context.settings.resources.map((resource) => statusOf(context, resource)))
    if (options.json) io.out(`${JSON.stringify({ command: 'status', exitCode: 0, resources }, null, 2)}\n`)
    else io.out(statusText(resources, createPaint(io.colour)))
    return 0
  })
}

/** `--fresh`: is every resource with `maxAge` fresh? Without it: can the state be opened and is the config valid? */
export async function healthcheckCommand(
  io: Io,
  options: GlobalOptions,
  { fresh }: { fresh?: boolean },
): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const resources = await Promise.all(context.settings.resources.map((resource) => statusOf(context, resource)))
    const bad =
      fresh === true
        ? resources.filter(
            ({ maxAgeSeconds, health }) =>
              maxAgeSeconds !== undefined && (health === 'stale' || health === 'never run'),
          )
        : []
    if (options.json)
      io.out(
        `${JSON.stringify({ command: 'healthcheck', exitCode: bad.length === 0 ? 0 : 1, resources: bad }, null, 2)}\n`,
      )
    else if (bad.length > 0) io.out(`Not fresh: ${bad.map(({ name, health }) => `${name} (${health})`).join(', ')}\n`)
    else if (!options.quiet) io.out('ok\n')
    return bad.length === 0 ? 0 : 1
  })
}

export async function statusOf(
  { state, settings, clock }: Pick<RunContext, 'state' | 'settings' | 'clock'>,
  resource: ResourceSpec,
): Promise<ResourceStatus> {
  const scope = scopeOf(settings, resource)
  const { last, success } = (await state.runs.latest([scope])).get(scope) ?? {}
  const hold = await state.holds.live(scope)
  const now = clock.now()
  return {
    name: resource.name,
    type: resource.type.name,
    health: healthOf({
      last: last?.outcome,
      degraded: last?.degraded === true,
      age: success === undefined ? undefined : now - success.at,
      maxAgeMs: resource.maxAgeMs,
    }),
    ...(last === undefined ? {} : { lastOutcome: last.outcome, lastRunAt: toInstant(last.at) }),
    ...(success === undefined
      ? {}
      : {
          lastSuccessAt: toInstant(success.at),
          ageSeconds: Math.round((now - success.at) / 1000),
          records: success.counts['pushed'] ?? 0,
        }),
    ...(resource.maxAgeMs === undefined ? {} : { maxAgeSeconds: Math.round(resource.maxAgeMs / 1000) }),
    ...(hold === undefined ? {} : { hold: hold.id }),
    ...(last?.error === undefined ? {} : { error: last.error }),
  }
}

interface HealthFacts {
  readonly last: string | undefined
  readonly degraded: boolean
  readonly age: number | undefined
  readonly maxAgeMs: number | undefined
}

/** Age counts before outcome: data that stopped being true is the worse news. */
export function healthOf({ last, degraded, age, maxAgeMs }: HealthFacts): Health {
  if (last === undefined) return 'never run'
  if (maxAgeMs !== undefined && (age === undefined || age > maxAgeMs)) return 'stale'
  if (last === 'held') return 'held'
  if (last === 'failed' || last === 'skipped') return 'failing'
  return degraded ? 'degraded' : 'healthy'
}

function statusText(resources: readonly ResourceStatus[], paint: Paint): string {
  const rows = resources.map(({ name, health, ageSeconds, records, hold, error }) => [
    name,
    health,
    ageSeconds === undefined ? 'no success yet' : `${sayDuration(ageSeconds * 1000)} ago`,
    records === undefined ? '' : `${records} records`,
    hold === undefined
      ? (error?.message.split('\n')[0] ?? '')
      : `${hold}: vanta-sync plan ${name} shows why; approve or reject it`,
  ])
  const [head, ...lines] = table([['RESOURCE', 'HEALTH', 'LAST SUCCESS', 'RECORDS', ''], ...rows])
  return `${[paint('bold', head ?? ''), ...lines].join('\n')}\n`
}

/** For `show`: what is not there is a mistake of the command line. */
export function unknownRun(id: string): SyncError {
  return new SyncError(64, 'unknown-run', `There is no run "${id}" in the history`, {
    hint: 'vanta-sync history lists the runs.',
  })
}
