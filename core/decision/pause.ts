/** Leaving a resource alone for a while, on purpose and on record. */
import { DAY, toInstant } from '../clock.ts'
import { UsageError } from '../errors.ts'
import type { ResourceSpec } from '../resource.ts'
import type { RunContext } from '../run/context.ts'
import { scopeOf } from '../run/target.ts'
import type { Pause } from '../state/state.ts'
import { sayDuration } from '../text/duration.ts'
import type { Person } from './person.ts'

/** Unless told how long. */
export const DEFAULT_PAUSE_MS = DAY
/** A pause is no way to switch a resource off: that is done in the configuration. */
export const LONGEST_PAUSE_MS = 90 * DAY

type Context = Pick<RunContext, 'state' | 'settings' | 'clock'>

export interface PauseAsked {
  readonly resource: ResourceSpec
  readonly by: Person
  readonly reason: string
  readonly forMs: number
}

/** Runs leave it alone and nobody is alarmed until then; a new pause replaces the one before. @throws UsageError */
export async function pauseResource(context: Context, { resource, by, reason, forMs }: PauseAsked): Promise<Pause> {
  refuseReasonless(reason)
  if (forMs <= 0 || forMs > LONGEST_PAUSE_MS) {
    throw new UsageError(
      'pause-length',
      `A pause lasts longer than nothing and at most ${sayDuration(LONGEST_PAUSE_MS)}; asked was ${sayDuration(forMs)}`,
      { hint: 'Take a resource out of the configuration when it is to stay off.' },
    )
  }
  const at = context.clock.now()
  const pause: Pause = {
    scope: scopeOf(context.settings, resource),
    resource: resource.name,
    by: by.name,
    provenBy: by.provenBy,
    reason,
    at,
    until: at + forMs,
  }
  await context.state.pauses.save(pause)
  await context.state.append({
    chain: pause.scope,
    at,
    kind: 'pause',
    facts: { resource: resource.name, by: by.name, provenBy: by.provenBy, reason, until: toInstant(pause.until) },
  })
  return pause
}

/** @throws UsageError `not-paused` */
export async function resumeResource(
  { state, settings, clock }: Context,
  { resource, by, reason }: Omit<PauseAsked, 'forMs'>,
): Promise<void> {
  refuseReasonless(reason)
  const scope = scopeOf(settings, resource)
  const pause = await state.pauses.live(scope, clock.now())
  if (pause === undefined) throw new UsageError('not-paused', `${resource.name} is not paused`)
  await state.pauses.end(scope)
  await state.append({
    chain: scope,
    at: clock.now(),
    kind: 'resume',
    facts: { resource: resource.name, by: by.name, provenBy: by.provenBy, reason },
  })
}

/** @throws UsageError `paused`: what a person stopped, a person must resume */
export async function refusePaused({ state, settings, clock }: Context, resource: ResourceSpec): Promise<void> {
  const pause = await state.pauses.live(scopeOf(settings, resource), clock.now())
  if (pause === undefined) return
  throw new UsageError('paused', `${resource.name} is paused by ${pause.by} until ${toInstant(pause.until)}`, {
    hint: `vanta-sync resume ${resource.name} --reason "…" ends the pause.`,
  })
}

const LONGEST_REASON = 2000

/** @throws UsageError `reason` */
export function refuseReasonless(reason: string): void {
  if (reason.trim() === '') throw new UsageError('reason', 'The reason must say why: an auditor will read it')
  if (reason.length > LONGEST_REASON)
    throw new UsageError('reason', `The reason has ${reason.length} characters; at most ${LONGEST_REASON} are kept`)
  // Terminals obey some of them, and reasons are shown there.
  if (/[^\P{Cc}\t\r\n]/u.test(reason))
    throw new UsageError('reason', 'The reason holds control characters; write it as plain text')
}
