/** The daemon: keeps schedules, shows what is, tells who must know, and ends when it is told to. */
import { randomUUID } from 'node:crypto'
import type { Handle } from '../core/handle.ts'
import type { NetworkTransport } from '../core/network/transport.ts'
import type { ResourceSpec, Settings } from '../core/resource.ts'
import type { RunContext } from '../core/run/context.ts'
import type { RunDocument } from '../core/run/document.ts'
import type { RunEvent } from '../core/run/events.ts'
import { MINUTE } from '../core/clock.ts'
import type { Operator } from '../server/operator.ts'
import { startAlarms } from './alarms.ts'
import { startBeat } from './beat.ts'
import { type Configuration, createConfiguration, type Loaded } from './configuration.ts'
import { createDeferred } from './deferred.ts'
import type { Loop } from './loop.ts'
import { createOperator } from './operator.ts'
import { createRunner, type Runner } from './runner.ts'
import { startScheduler } from './scheduler.ts'
import { type Heap, startTidying } from './tidy.ts'
import { watchFiles } from './watch.ts'

export interface DaemonOptions extends Pick<RunContext, 'state' | 'clock' | 'log'> {
  /** Those that were valid at the start. */
  readonly settings: Settings
  readonly version: string
  readonly host: string
  /** How long a push may go on after `stop`. */
  readonly graceMs: number
  /** Reads the configuration anew. */
  load(): Promise<Loaded>
  openTransport(settings: Settings): Promise<NetworkTransport>
  /** Starts the HTTP server; absent: there is none. @throws ConfigError when the address cannot be had */
  serve?(operator: Operator): Promise<Served>
  /** Is tidied while nothing runs; absent: left to itself. */
  readonly heap?: Heap
  /** Hears of every run, besides those who listen through the operator. */
  hear?(event: RunEvent): void
  /** Before and after each run, with its context; a run that was cut has no document. Must not throw. */
  beforeRun?(context: RunContext, resources: readonly ResourceSpec[]): Promise<void>
  afterRun?(context: RunContext, resources: readonly ResourceSpec[], document?: RunDocument): Promise<void>
}

export interface Served extends Handle {
  readonly url: string
  /** Reads certificates anew. */
  reloadTls(): Promise<unknown>
}

export interface Daemon extends Handle {
  /** Of the page; undefined without a server. */
  readonly url: string | undefined
  readonly operator: Operator
  /** Reads the configuration anew, as at SIGHUP. */
  reload(): Promise<void>
  /** A push had to be cut when the grace was over. */
  readonly cut: boolean
}

/** The scheduler looks around at least each minute; silence for longer means that it hangs. */
const STUCK_MS = 3 * MINUTE

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { state, clock, log, settings, version, host } = options
  const id = `daemon-${randomUUID().slice(0, 8)}`
  const mark = await state.scratch(id)
  const listeners = new Set<(event: RunEvent) => void>()
  const loops: Loop[] = []
  const wake = (): void => {
    for (const loop of loops) loop.wake()
  }
  const configuration = createConfiguration({ settings, log, load: options.load, changed: wake })
  const runner = createRunner({
    state,
    clock,
    log,
    version,
    openTransport: options.openTransport,
    hear(event) {
      options.hear?.(event)
      for (const listener of listeners) listener(event)
      if (event.kind === 'run-started') wake()
    },
    before: async (context, { resources }) => options.beforeRun?.(context, resources),
    after: async (context, { resources }, document) => options.afterRun?.(context, resources, document),
    freed: wake,
  })
  let turnedAt = clock.now()
  const operator = createOperator({
    state,
    clock,
    log,
    version,
    configuration,
    runner,
    stuck: () => (clock.now() - turnedAt > STUCK_MS ? 'the scheduler does not move' : undefined),
    openTransport: options.openTransport,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    changed: wake,
  })
  const served = await serveOrUndo(options, operator, () => mark.remove())
  const identity = { id, pid: process.pid, host, startedAt: clock.now(), version }
  const common = { state, clock, log, configuration }
  const beat = startBeat({ ...common, identity, runner, url: () => shownUrl(configuration, served) })
  const alarms = startAlarms({ ...common, openTransport: options.openTransport })
  const scheduler = startScheduler({
    ...common,
    runner,
    daemon: id,
    startedBy: `schedule@${host}`,
    turned() {
      turnedAt = clock.now()
    },
  })
  loops.push(beat, alarms, scheduler)
  const watches = [
    watchFiles({
      clock,
      files: () => [configuration.current.file],
      taken: settings.hash,
      changed: () => configuration.reload('the file was changed'),
    }),
    ...watchTls(options, served),
  ]
  const { heap } = options
  const tidying = heap === undefined ? [] : [startTidying({ clock, log, heap, runner })]
  const others = [beat, alarms, ...watches, ...tidying]
  return daemonOf({ options, id, mark, runner, scheduler, others, served, operator, configuration })
}

async function serveOrUndo(
  { serve }: DaemonOptions,
  operator: Operator,
  undo: () => Promise<void>,
): Promise<Served | undefined> {
  try {
    return await serve?.(operator)
  } catch (error) {
    await undo()
    throw error
  }
}

/** Where people reach the page; what it listens on when it listens on everything is no address. */
function shownUrl({ current }: Configuration, served: Served | undefined): string | undefined {
  if (served === undefined) return undefined
  const own = served.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
  return current.server.publicUrl ?? own
}

function watchTls({ clock, settings: { server } }: DaemonOptions, served: Served | undefined): Handle[] {
  const { tls } = server
  if (tls === undefined || served === undefined) return []
  return [
    watchFiles({
      clock,
      files: () => [tls.cert, tls.key],
      async changed() {
        await served.reloadTls()
      },
    }),
  ]
}

interface Parts {
  readonly options: DaemonOptions
  readonly id: string
  readonly mark: { remove(): Promise<void> }
  readonly runner: Runner
  readonly scheduler: Loop
  /** Those who show and tell. */
  readonly others: readonly Handle[]
  readonly served: Served | undefined
  readonly operator: Operator
  readonly configuration: Configuration
}

function daemonOf(parts: Parts): Daemon {
  const { runner, served, operator, configuration } = parts
  const ended = createDeferred()
  let cut = false
  let ending: Promise<void> | undefined

  async function end(): Promise<void> {
    await parts.scheduler.stop()
    const [wasCut] = await Promise.all([endRuns(parts), ...parts.others.map((each) => each.stop())])
    cut = wasCut
    await served?.stop()
    await leaveState(parts)
    ended.resolve()
  }

  const stop = async (): Promise<void> => {
    ending ??= end()
    await ending
  }
  // Of the parts only the server can break by itself, and then all end.
  served?.promise.catch((error: unknown) => stop().then(() => ended.reject(error), ended.reject))
  return {
    url: shownUrl(configuration, served),
    operator,
    get cut() {
      return cut
    },
    promise: ended.promise,
    stop,
    async kill() {
      const stopped = stop()
      await runner.kill()
      await served?.kill()
      await stopped
    },
    async reload() {
      await configuration.reload('SIGHUP')
      await served?.reloadTls()
    },
  }
}

/** What may be cut is cut at once; a push has the grace to go to its end. True when one had to be cut. */
async function endRuns({ options: { clock, graceMs }, runner }: Parts): Promise<boolean> {
  const over = new AbortController()
  const late = clock.sleep(graceMs, over.signal).then(
    async () => {
      await runner.kill()
      return true
    },
    () => false,
  )
  await runner.stop()
  over.abort()
  return late
}

async function leaveState({ options: { state, log }, id, mark }: Parts): Promise<void> {
  await state.daemons.remove(id)
  await mark.remove()
  log.info('the daemon has ended', { daemon: id })
}
