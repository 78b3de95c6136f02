/** Says in the state that this daemon is well, and what goes on in it: what `status` and `healthcheck` read. */
import type { Clock } from '../core/clock.ts'
import { SECOND } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { DaemonRow, State } from '../core/state/state.ts'
import type { Configuration } from './configuration.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Runner } from './runner.ts'

const IDLE_MS = 60 * SECOND
/** While a run goes on, so that its progress can be followed. */
const BUSY_MS = 2 * SECOND

export interface BeatOptions {
  readonly state: State
  readonly clock: Clock
  readonly log: Log
  readonly identity: Pick<DaemonRow, 'id' | 'pid' | 'host' | 'startedAt' | 'version'>
  readonly configuration: Configuration
  readonly runner: Runner
  url(): string | undefined
}

export function startBeat(options: BeatOptions): Loop {
  const { clock, log, runner } = options
  return startLoop({
    what: 'the heartbeat',
    clock,
    log,
    afterFailureMs: IDLE_MS,
    async turn() {
      await options.state.daemons.beat(rowOf(options))
      return runner.live().length === 0 ? IDLE_MS : BUSY_MS
    },
  })
}

function rowOf({ identity, clock, configuration, runner, url }: BeatOptions): DaemonRow {
  const address = url()
  const { problem, current } = configuration
  return {
    ...identity,
    beatAt: clock.now(),
    configHash: current.hash,
    live: runner.live(),
    ...(address === undefined ? {} : { url: address }),
    ...(problem === undefined ? {} : { configProblem: problem }),
  }
}
