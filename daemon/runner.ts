/** Runs of the daemon: one at a time for each application, those of several side by side. */
import { EXIT, SyncError } from '../core/errors.ts'
import type { Handle } from '../core/handle.ts'
import type { LiveRun } from '../core/health/status.ts'
import type { NetworkTransport } from '../core/network/transport.ts'
import type { ApplicationSpec, ResourceSpec, Settings } from '../core/resource.ts'
import type { RunContext } from '../core/run/context.ts'
import type { RunDocument } from '../core/run/document.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { RunCommand } from '../core/run/run-options.ts'
import { newRunId, run } from '../core/run/run.ts'
import { createLiveRuns } from './live-runs.ts'
import { type Running, startRunning } from './running.ts'

/** For the lease of a run that another process holds. */
const WAIT_MS = 5 * 60_000
/** Changes that the stored document lists. */
const ITEM_LIMIT = 1000

export interface RunnerOptions extends Pick<RunContext, 'state' | 'clock' | 'log'> {
  readonly version: string
  openTransport(settings: Settings): Promise<NetworkTransport>
  hear(event: RunEvent): void
  /** Must not throw. */
  before(context: RunContext, asked: RunAsked): Promise<void>
  /** Before its application is free again; without a document when it was cut. Must not throw. */
  after(context: RunContext, asked: RunAsked, document?: RunDocument): Promise<void>
  /** An application is free again. */
  freed(): void
}

export interface RunAsked {
  readonly command: RunCommand
  readonly settings: Settings
  readonly application: ApplicationSpec
  readonly resources: readonly ResourceSpec[]
  /** Who or what started it. */
  readonly startedBy: string
}

export interface Runner extends Omit<Handle, 'promise'> {
  isBusy(application: ApplicationSpec): boolean
  /** @throws SyncError `busy` while another run of the application goes on, `stopping` after `stop` */
  start(asked: RunAsked): Running
  /** Keeps the application for one run that is about to start; it is busy until `leave`. @throws as `start` */
  reserve(application: ApplicationSpec): Place
  live(): readonly LiveRun[]
  /** Resolves when no run goes on. */
  idle(): Promise<void>
}

export interface Place {
  /** @throws SyncError `stopping` */
  start(asked: RunAsked): Running
  leave(): void
}

export function createRunner(options: RunnerOptions): Runner {
  const { clock, log } = options
  /** By client id: two names may not share one, so this is one for each application of Vanta. */
  const running = new Map<string, Running & { readonly whole: Promise<void> }>()
  /** Client ids for which a run is about to start. */
  const reserved = new Set<string>()
  const live = createLiveRuns(clock)
  let stopping = false

  async function settle(asked: RunAsked, started: Running): Promise<void> {
    await started.promise
    live.end(started.runId)
    running.delete(asked.application.clientId)
    options.freed()
  }

  const all = async (work: (each: Running) => Promise<void>): Promise<void> => {
    await Promise.all([...running.values()].map((each) => work(each)))
    await idle()
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all([...running.values()].map(({ whole }) => whole))
  }

  function refuseStopping(): void {
    if (stopping) throw new SyncError(EXIT.terminated, 'stopping', 'The daemon is stopping, and starts no run')
  }

  function refuseBusy(application: ApplicationSpec): void {
    refuseStopping()
    const before = running.get(application.clientId)
    if (before !== undefined) throw busy(application, `Run ${before.runId} of`)
    if (reserved.has(application.clientId)) throw busy(application, 'A run that is about to begin of')
  }

  function begin(asked: RunAsked): Running {
    const runId = newRunId(clock)
    const { command, startedBy, resources } = asked
    live.begin({ runId, command, startedBy, resources: resources.map(({ name }) => name) })
    const started = startRunning({
      runId,
      work: (signal, emit) => runOnce(options, asked, { runId, signal, emit }),
      hear(event) {
        live.hear(runId, event)
        if (event.kind === 'run-finished') live.end(runId)
        options.hear(event)
      },
      failed: (sentence) => log.error(sentence, { runId }),
    })
    running.set(asked.application.clientId, Object.assign(started, { whole: settle(asked, started) }))
    return started
  }

  return {
    isBusy: ({ clientId }) => running.has(clientId) || reserved.has(clientId),
    start(asked) {
      refuseBusy(asked.application)
      return begin(asked)
    },
    reserve(application) {
      refuseBusy(application)
      reserved.add(application.clientId)
      return {
        start(asked) {
          refuseStopping()
          return begin(asked)
        },
        leave() {
          reserved.delete(application.clientId)
        },
      }
    },
    live: () => live.list(),
    idle,
    async stop() {
      stopping = true
      await all((each) => each.stop())
    },
    async kill() {
      stopping = true
      await all((each) => each.kill())
    },
  }
}

interface Once {
  readonly runId: string
  readonly signal: AbortSignal
  readonly emit: (event: RunEvent) => void
}

/** With connections of its own: proxies and certificates are those of the configuration as it is now. */
async function runOnce(options: RunnerOptions, asked: RunAsked, { runId, signal, emit }: Once): Promise<RunDocument> {
  const { settings, resources, command, startedBy } = asked
  const transport = await options.openTransport(settings)
  try {
    const { state, clock, log, version: toolVersion } = options
    const context: RunContext = { settings, state, transport, clock, log, signal, emit }
    await options.before(context, asked)
    const how = { command, resources, runId, waitMs: WAIT_MS, startedBy, toolVersion, itemLimit: ITEM_LIMIT }
    let document: RunDocument | undefined
    try {
      document = await run({ context, ...how })
      return document
    } finally {
      await options.after(context, asked, document)
    }
  } finally {
    await transport.close()
  }
}

function busy(application: ApplicationSpec, what: string): SyncError {
  return new SyncError(
    EXIT.lease,
    'busy',
    `${what} application ${application.name} goes on, and a second token would break it`,
    { hint: 'Wait for its end, then try again.' },
  )
}
