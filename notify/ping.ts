/** A dead man's switch: a service that raises the alarm when it has not heard of a run for too long. */
import { SECOND } from '../core/clock.ts'
import type { NotifierSpec, Settings } from '../core/resource.ts'
import type { SecretRef } from '../core/secret.ts'
import { post, refused } from './post.ts'
import { type NotifyContext, type SendResult, type SendTools, within } from './sending.ts'

export type PingMoment = 'start' | 'success' | 'failure'

/** How a resource fared in a run; those of a run's document fit. */
export interface PingedResource {
  readonly name: string
  readonly outcome: string
  /** It was left out because of this, and alarms nobody. */
  readonly paused?: unknown
}

export interface PingOptions {
  readonly context: Omit<SendTools, 'ca'> &
    Pick<NotifyContext, 'log' | 'signal'> & {
      readonly settings: Pick<Settings, 'notify'>
    }
  /** Names of all resources that the run was asked for; those without an outcome at its end were not pushed. */
  readonly names: readonly string[]
  /** How they fared, at the end of the run; absent at its start. */
  readonly ended?: readonly PingedResource[]
  readonly limits?: PingLimits
}

export interface PingLimits {
  /** A run waits no longer for its first ping. */
  readonly startMs: number
  /** For all attempts at the end. */
  readonly endMs: number
}

const PING_LIMITS: PingLimits = { startMs: 5 * SECOND, endMs: 10 * SECOND }

/** Between the attempts at the end of a run. */
const PAUSES = [SECOND, 3 * SECOND] as const

/**
 * Pings every switch that watches a resource of the run: at its start, and at its end as a success when all that it
 * watches was pushed. Never throws; what fails is a warning in the log.
 */
export async function pingRun({ context, names, ended, limits = PING_LIMITS }: PingOptions): Promise<void> {
  const pings = context.settings.notify.flatMap((spec) => pingOf(spec, names, ended))
  await Promise.all(
    pings.map(async (each) => {
      const isStart = each.moment === 'start'
      const result = await pingWithin(context, each, isStart ? limits.startMs : limits.endMs)
      if (result.ok) return
      const { name: notifier, moment } = each
      const { reason, hint } = result
      context.log.warn(`Notifier "${notifier}" was not pinged (${moment}): ${reason}. ${hint}`, { notifier, reason })
    }),
  )
}

/** Pings one address of the switch, of those there are the one that raises no alarm, and says which. Never throws. */
export async function testPing(tools: SendTools, channel: PingChannel, signal: AbortSignal): Promise<SendResult> {
  const moment = TEST_ORDER.find((each) => channel[each] !== undefined)
  const url = moment === undefined ? undefined : channel[moment]
  if (url === undefined) return { ok: true, note: 'there is nothing to ping' }
  try {
    const body = 'A test of vanta-sync\n'
    const result = await within(PING_LIMITS.endMs, signal, (limited) => ping(tools, { url, body, signal: limited }))
    return result.ok ? { ok: true, note: `pinged as ${moment}` } : result
  } catch {
    return STOPPED
  }
}

const TEST_ORDER: readonly PingMoment[] = ['success', 'start', 'failure']

const STOPPED: SendResult = { ok: false, reason: 'it was stopped', hint: 'The next run pings again.' }

/** One attempt. @throws the signal's reason */
async function ping(tools: SendTools, { url, body, signal }: Ping & { signal: AbortSignal }): Promise<SendResult> {
  const first = await attempt(tools, { url, signal, body })
  // Some switches take no body.
  return 'noPost' in first ? attempt(tools, { url, signal }).then(resultOf) : resultOf(first)
}

interface Ping {
  readonly url: SecretRef
  /** Plain text. */
  readonly body: string
}

type PingChannel = Extract<NotifierSpec['channel'], { kind: 'ping' }>

interface NamedPing extends Ping {
  readonly name: string
  readonly moment: PingMoment
}

function pingOf(
  { name, channel, resources }: NotifierSpec,
  names: readonly string[],
  ended: readonly PingedResource[] | undefined,
): readonly NamedPing[] {
  if (channel.kind !== 'ping') return []
  const watched = names.filter((each) => resources === undefined || resources.includes(each))
  const outcomes = ended === undefined ? watched.map(starting) : watched.flatMap((each) => outcomeOf(each, ended))
  if (outcomes.length === 0) return []
  const moment = ended === undefined ? 'start' : endMoment(outcomes)
  const url = channel[moment]
  const body = outcomes.map((resource) => `${resource.name}: ${resource.outcome}\n`).join('')
  return url === undefined ? [] : [{ name, moment, url, body }]
}

function starting(name: string): PingedResource {
  return { name, outcome: 'starts' }
}

/** None of a paused one: it neither succeeds nor fails. */
function outcomeOf(name: string, ended: readonly PingedResource[]): readonly PingedResource[] {
  const found = ended.find((resource) => resource.name === name) ?? { name, outcome: 'not reached' }
  return found.paused === undefined ? [found] : []
}

function endMoment(resources: readonly PingedResource[]): PingMoment {
  return resources.every(({ outcome }) => outcome === 'pushed') ? 'success' : 'failure'
}

/** At the end a few times: a switch that misses a success raises a false alarm. */
async function pingWithin(context: PingOptions['context'], each: NamedPing, ms: number): Promise<SendResult> {
  const stopped = context.signal ?? new AbortController().signal
  const pauses = each.moment === 'start' ? [] : PAUSES
  try {
    return await within(ms, stopped, async (signal) => {
      for (const pause of pauses) {
        const result = await ping(context, { ...each, signal })
        if (result.ok) return result
        await context.clock.sleep(pause, signal)
      }
      return ping(context, { ...each, signal })
    })
  } catch {
    return STOPPED
  }
}

type Attempt = SendResult | { readonly noPost: true; readonly result: SendResult }

async function attempt(
  tools: SendTools,
  { url, body, signal }: { url: SecretRef; body?: string; signal: AbortSignal },
): Promise<Attempt> {
  const sent = await post(tools, {
    url,
    signal,
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'text/plain; charset=utf-8' },
    ...(body === undefined ? {} : { body }),
  })
  if ('failure' in sent) return sent.failure
  const { status } = sent.answer
  if (status >= 200 && status < 300) return { ok: true }
  const result = refused(sent.answer, url)
  return body !== undefined && (status === 404 || status === 405) ? { noPost: true, result } : result
}

function resultOf(attempted: Attempt): SendResult {
  return 'noPost' in attempted ? attempted.result : attempted
}
