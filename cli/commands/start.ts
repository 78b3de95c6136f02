import { hostname } from 'node:os'
import { systemClock } from '../../core/clock.ts'
import { EXIT, isSyncError } from '../../core/errors.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import { openState } from '../../core/state/open.ts'
import { scrubbedState } from '../../core/state/scrubbed.ts'
import type { State } from '../../core/state/state.ts'
import { type Daemon, startDaemon } from '../../daemon/start.ts'
import { createPages } from '../../server/pages/routes.ts'
import { startServer } from '../../server/start.ts'
import { processHeap } from '../heap.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { listenTo } from '../listen.ts'
import { createPaint } from '../render/paint.ts'
import { runText } from '../render/run-text.ts'
import { tellEnd, tellStart } from '../tell.ts'
import { toolVersion } from '../version.ts'
import { type LoadedConfig, openConfig, openTransport, reloadConfig } from '../workplace.ts'
import { durationOf } from './run.ts'

export interface StartFlags {
  readonly grace: string
}

/** The daemon, until a signal ends it: 0 when no push had to be cut for it, else the exit code of the signal. */
export async function startCommand(io: Io, options: GlobalOptions, { grace }: StartFlags): Promise<number> {
  const graceMs = durationOf(grace, '--grace')
  const loaded = await openConfig(io, options, 'check')
  for (const warning of loaded.settings.warnings) loaded.log.warn(warning)
  const opened = await openState({ ...loaded.settings.state, clock: systemClock })
  const state = scrubbedState(opened, loaded.settings.secrets)
  try {
    const daemon = await startIn(io, options, { ...loaded, state, graceMs })
    await announce(io, options, daemon)
    return await untilStopped(io, daemon)
  } finally {
    await state.close()
  }
}

interface Started extends LoadedConfig {
  readonly state: State
  readonly graceMs: number
}

async function startIn(io: Io, options: GlobalOptions, started: Started): Promise<Daemon> {
  const { settings, log } = started
  return startDaemon({
    ...started,
    clock: systemClock,
    version: toolVersion(),
    host: hostname(),
    load: () => reloadConfig(io, options),
    openTransport: (current) => openTransport(io, current),
    serve: (operator) => startServer({ operator, spec: settings.server, createPages }),
    heap: processHeap,
    hear: listenTo(io, options)(log),
    beforeRun: (context, resources) => tellStart(context, namesOf(resources)),
    async afterRun(context, resources, document) {
      if (document !== undefined && io.terminal && !options.quiet) io.err(runText(document, createPaint(io.colour)))
      await tellEnd(context, namesOf(resources), { ended: document?.resources ?? [], alarms: false })
    },
  })
}

function namesOf(resources: readonly ResourceSpec[]): string[] {
  return resources.map(({ name }) => name)
}

/** Where it listens, on standard output; what it does goes to the log. */
async function announce(io: Io, options: GlobalOptions, { url, operator }: Daemon): Promise<void> {
  const { resources } = await operator.snapshot()
  const scheduled = resources.flatMap(({ name, schedule }) => (schedule === undefined ? [] : [{ name, ...schedule }]))
  if (options.json) {
    const document = { command: 'start', exitCode: 0, pid: process.pid, url, schedules: scheduled }
    io.out(`${JSON.stringify(document)}\n`)
    return
  }
  if (options.quiet) return
  const lines = scheduled.map(
    ({ name, next, zone }) => `  ${name}: ${next === undefined ? 'never' : `next ${next}`} (${zone})`,
  )
  if (lines.length === 0) lines.push('  No resource has a schedule: give one to each that is to run by itself.')
  io.out(`The status page is on ${url ?? 'no address'}. Schedules:\n${lines.join('\n')}\nCtrl-C ends it.\n`)
}

const STOPPING = '\nStopping. A push that is under way goes to its end; Ctrl-C once more cuts it.\n'

async function untilStopped(io: Io, daemon: Daemon): Promise<number> {
  const off = io.onHangup(() => void daemon.reload())
  const signalled = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    else io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    await Promise.race([daemon.promise, signalled])
    if (io.terminal && io.signal.aborted) io.err(STOPPING)
    await daemon.stop()
  } finally {
    off()
  }
  if (!daemon.cut) return EXIT.done
  return isSyncError(io.signal.reason) ? io.signal.reason.exitCode : EXIT.terminated
}
