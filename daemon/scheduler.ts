/** Starts what is due: slots are judged by time alone, claimed in the state, and settled when their run has ended. */
import { toInstant } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import type { ResourceSpec } from '../core/resource.ts'
import type { RunContext } from '../core/run/context.ts'
import { scopeOf } from '../core/run/target.ts'
import { scheduleText } from '../core/schedule/claim.ts'
import { type DueGroup, type DueResource, planNext, type ScheduledResource } from '../core/schedule/plan.ts'
import type { Configuration } from './configuration.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Runner } from './runner.ts'
import type { Running } from './running.ts'

/** After a turn that failed, as when the disk is full. */
const AFTER_FAILURE_MS = 15_000

export interface SchedulerOptions extends Pick<RunContext, 'state' | 'clock' | 'log'> {
  readonly configuration: Configuration
  readonly runner: Runner
  /** This daemon, as slots are claimed for it. */
  readonly daemon: string
  /** For the history: `schedule@host`. */
  readonly startedBy: string
  /** After each turn that went well. */
  turned(): void
}

interface Scheduled extends ScheduledResource {
  readonly spec: ResourceSpec
}

export function startScheduler(options: SchedulerOptions): Loop {
  const { clock, log } = options
  return startLoop({
    what: 'the scheduler',
    clock,
    log,
    afterFailureMs: AFTER_FAILURE_MS,
    async turn() {
      const { state } = options
      const now = clock.now()
      const resources = await scheduledResources(options, now)
      const { due, wakeAt } = planNext({ resources, now, daemon: options.daemon, isOwnerAlive: state.daemons.isAlive })
      for (const group of due) await startGroup(options, group)
      options.turned()
      return wakeAt - clock.now()
    },
  })
}

/** Those with a schedule, that are not paused and whose application has no run of ours. */
async function scheduledResources(options: SchedulerOptions, now: number): Promise<Scheduled[]> {
  const { state, configuration, runner } = options
  const settings = configuration.current
  const found: Scheduled[] = []
  for (const spec of settings.resources) {
    const { schedule, application } = spec
    if (schedule === undefined || runner.isBusy(application)) continue
    const scope = scopeOf(settings, spec)
    const last = await state.slots.see(scope, scheduleText(schedule), now, options.daemon)
    if ((await state.pauses.live(scope, now)) !== undefined) continue
    found.push({ spec, scope, schedule, application: application.clientId, claim: last })
  }
  return found
}

/** The application is kept for the run before the slots are claimed: a claim that nothing follows would lose its slot. */
async function startGroup(options: SchedulerOptions, { resources }: DueGroup<Scheduled>): Promise<void> {
  const application = resources[0]?.resource.spec.application
  if (application === undefined || options.runner.isBusy(application)) return
  const place = options.runner.reserve(application)
  try {
    const claimed = await claimAll(options, resources)
    if (claimed.length === 0) return
    for (const each of claimed) sayLate(options, each)
    const started = place.start({
      command: 'run',
      settings: options.configuration.current,
      application,
      resources: claimed.map(({ resource }) => resource.spec),
      startedBy: `${options.startedBy}, ${slotText(claimed)}`,
    })
    void settleAfter(options, started, claimed)
  } finally {
    place.leave()
  }
}

async function claimAll(
  options: SchedulerOptions,
  resources: readonly DueResource<Scheduled>[],
): Promise<DueResource<Scheduled>[]> {
  const claimed: DueResource<Scheduled>[] = []
  for (const each of resources) {
    // Another daemon was quicker, and takes the whole group: two runs would need two tokens.
    if (!(await claim(options, each))) break
    claimed.push(each)
  }
  return claimed
}

function slotText(claimed: readonly DueResource<Scheduled>[]): string {
  const [first] = claimed
  const isOnTime = claimed.every(({ due }) => due.why === 'on time')
  return `${isOnTime ? 'slot' : 'catching up the slot'} ${toInstant(first?.due.slotAt ?? 0)}`
}

async function claim({ state, daemon }: SchedulerOptions, { resource, due }: DueResource<Scheduled>): Promise<boolean> {
  const schedule = scheduleText(resource.schedule)
  return state.slots.claim({ scope: resource.scope, schedule, slotAt: due.slotAt, daemon })
}

/** What was cut by a stop is not settled: the next daemon takes the slot up again. */
async function settleAfter(
  { state, log }: SchedulerOptions,
  started: Running,
  claimed: readonly DueResource<Scheduled>[],
): Promise<void> {
  try {
    await started.promise
    if (started.wasCut) return
    for (const { resource, due } of claimed) await state.slots.settle(resource.scope, due.slotAt)
  } catch (error) {
    log.error(`a slot could not be settled: ${messageOf(error)}`)
  }
}

const SENTENCES = {
  late: 'a slot is late; it is caught up now',
  missed: 'slots were missed; they are caught up once, now',
  interrupted: 'the daemon that had taken this slot was killed; it is run again',
} as const

function sayLate({ log }: SchedulerOptions, { resource, due }: DueResource<Scheduled>): void {
  if (due.why === 'on time') return
  const facts = { resource: resource.spec.name, slot: toInstant(due.slotAt), missed: due.missed, lateMs: due.lateMs }
  log.warn(SENTENCES[due.why], facts)
}
