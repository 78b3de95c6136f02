/** A daemon in process, with a clock that a test owns, a state on disk and a local Vanta. */
import { afterEach } from 'vitest'
import type { Log, LogFacts } from '../../core/log.ts'
import { createTransport } from '../../core/network/transport.ts'
import type { ResourceSpec, Settings } from '../../core/resource.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { type Daemon, type DaemonOptions, startDaemon } from '../../daemon/start.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import { createWorkshop, type Workshop, type WorkshopOptions } from '../support/workshop.ts'

/** The two of it: a minute past midnight on a Monday, before any slot. */
export const MONDAY = Date.UTC(2026, 10, 23, 0, 1)

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly facts: LogFacts
}

export interface Night extends Workshop {
  readonly clock: FakeClock
  readonly logged: LogLine[]
  readonly heard: RunEvent[]
  /** With the resources of the workshop, or those given. */
  start(change?: Partial<DaemonOptions>): Promise<Daemon>
  /** Lets time pass; runs that begin come to their end in it. */
  pass(ms: number, stepMs?: number): Promise<void>
  /** Lets time pass until the check holds, with real time for what reads files. */
  passUntil(check: () => boolean, stepMs: number): Promise<void>
  /** Waits until no run goes on, letting time pass as the run asks for. */
  rest(): Promise<void>
  /** Drops what was logged, heard and slept, so that a long night does not grow by its own notes. */
  forget(): void
  setSettings(change: (settings: Settings) => Settings): void
  setResources(resources: (one: ResourceSpec) => readonly ResourceSpec[]): void
}

export async function openNight(options: WorkshopOptions & { from?: number } = {}): Promise<Night> {
  const clock = createFakeClock(options.from ?? MONDAY)
  const workshop = await createWorkshop({ ...options, clock })
  let settings = workshop.settings
  const logged: LogLine[] = []
  const heard: RunEvent[] = []
  const going = new Set<string>()
  const daemons: Daemon[] = []

  async function rest(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      quiet = going.size === 0 ? quiet + 1 : 0
      if (going.size === 0) await immediate()
      else await inRun()
    }
  }

  /** Requests take real time; between attempts, and for the allowance of a minute, a run waits by the clock. */
  async function inRun(): Promise<void> {
    for (let look = 0; look < LOOKS && going.size > 0; look++) await immediate()
    if (going.size === 0) return
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
    await clock.advance(STEP_IN_RUN_MS)
  }

  return Object.assign(Object.create(workshop) as Workshop, {
    clock,
    logged,
    heard,
    rest,
    async start(change: Partial<DaemonOptions> = {}) {
      const daemon = await startDaemon({
        settings,
        state: workshop.state,
        clock,
        log: recordingLog(logged),
        version: '0',
        host: 'night',
        graceMs: 5000,
        load: async () => ({ settings }),
        openTransport: () => createTransport({ env: {} }),
        hear(event) {
          heard.push(event)
          if (event.kind === 'run-started') going.add(event.runId)
          if (event.kind === 'run-finished') going.delete(event.runId)
        },
        ...change,
      })
      daemons.push(daemon)
      await rest()
      return daemon
    },
    async pass(ms: number, stepMs = 60_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        await clock.advance(Math.min(stepMs, left))
        await rest()
      }
    },
    async passUntil(check: () => boolean, stepMs: number) {
      for (let step = 0; !check(); step++) {
        if (step > MOST_STEPS) throw new Error('waited in vain')
        await clock.advance(stepMs)
        await rest()
        await new Promise((resolve) => {
          setTimeout(resolve, 5)
        })
      }
    },
    forget() {
      for (const notes of [logged, heard, workshop.events, clock.slept as number[]]) notes.length = 0
    },
    setSettings(change: (settings: Settings) => Settings) {
      settings = change(settings)
    },
    setResources(resources: (one: ResourceSpec) => readonly ResourceSpec[]) {
      const [one] = workshop.settings.resources
      if (one === undefined) throw new Error('the workshop has a resource')
      settings = { ...settings, resources: resources(one) }
    },
    async close() {
      await Promise.all(daemons.map((daemon) => daemon.kill()))
      await workshop.close()
    },
  })
}

/** Enough for what goes on without a request. */
const QUIET_TURNS = 2
/** So often it is looked whether a run has gone on by itself. */
const LOOKS = 20
const MOST_STEPS = 1000
const STEP_IN_RUN_MS = 100

async function immediate(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function recordingLog(lines: LogLine[]): Log {
  const at =
    (level: LogLine['level']) =>
    (message: string, facts: LogFacts = {}): void =>
      void lines.push({ level, message, facts })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Closed after each test. Call it where `describe` may be called. */
export function useNights(): typeof openNight {
  const open: Night[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })
  return async (options) => {
    const night = await openNight(options)
    open.push(night)
    return night
  }
}
