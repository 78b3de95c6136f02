/** All that notifying needs, with a real state and real sockets; closed after each test. */
import { afterEach } from 'vitest'
import type { Log } from '../../core/log.ts'
import { createTransport, type NetworkTransport } from '../../core/network/transport.ts'
import type { NotifierSpec, Settings } from '../../core/resource.ts'
import type { State } from '../../core/state/state.ts'
import type { NotifyContext, SendLimits } from '../../notify/sending.ts'
import { settingsOf } from './notify-settings.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { listenRecording, type Recorder } from './recorder.ts'
import { listenSmtp, type SmtpOptions, type SmtpServer } from './smtp-server.ts'
import { createStateFolders } from './state-folder.ts'

/** So that a test of what never answers is over soon; too short for what answers on a busy machine. */
export const SHORT: SendLimits = { sendMs: 500, totalMs: 1500 }

export interface Desk {
  /** The sandbox of the state: what a second process opens. */
  readonly statePath: string
  readonly state: State
  readonly clock: FakeClock
  readonly transport: NetworkTransport
  /** `warn: the sentence {"facts":…}`, in order. */
  readonly logged: readonly string[]
  context(notify: readonly NotifierSpec[], change?: Partial<Settings>): NotifyContext
}

export interface Desks {
  open(): Promise<Desk>
  record(reply?: Recorder['reply']): Promise<Recorder>
  smtp(options?: SmtpOptions): Promise<SmtpServer>
}

export function recordingLog(logged: string[]): Log {
  const say =
    (level: string): Log['warn'] =>
    (message, facts) =>
      void logged.push(`${level}: ${message}${facts === undefined ? '' : ` ${JSON.stringify(facts)}`}`)
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
}

/** Call it where `describe` may be called. */
export function useDesks(): Desks {
  const folders = createStateFolders()
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
    await folders.removeAll()
  })
  const kept = <T extends { close(): Promise<void> }>(server: T): T => {
    closers.push(() => server.close())
    return server
  }
  return {
    async open() {
      const clock = createFakeClock()
      const statePath = folders.folder()
      const state = await folders.open(statePath, clock)
      const transport = kept(await createTransport({ env: {} }))
      const logged: string[] = []
      const log = recordingLog(logged)
      return {
        statePath,
        state,
        clock,
        transport,
        logged,
        context: (notify, change) => ({
          state,
          clock,
          transport,
          log,
          settings: settingsOf(notify, change),
        }),
      }
    },
    record: async (...args) => kept(await listenRecording(...args)),
    smtp: async (options) => kept(await listenSmtp(options)),
  }
}
