/** What the page and the API may see and ask for; the daemon is one implementation, a test may be another. */
import type { Clock } from '../core/clock.ts'
import type { Person } from '../core/decision/person.ts'
import type { StatusSnapshot } from '../core/health/status.ts'
import type { Log } from '../core/log.ts'
import type { Settings } from '../core/resource.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { CheckRow, State } from '../core/state/state.ts'

export interface Operator {
  /** As they are now: a reload replaces them. */
  readonly settings: Settings
  /** For reading; what changes something goes through the methods below. */
  readonly state: State
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  snapshot(): Promise<StatusSnapshot>
  /** Is it able to work: state usable, scheduler alive? Answers within a second; a sentence says what is not. */
  ready(): Promise<string | undefined>
  /** Starts a run of one resource and resolves with its id at once. @throws SyncError `busy` while one of its application goes on */
  runNow(resource: string, by: Person): Promise<string>
  /**
   * Notes the decision; an approval starts a run, whose id it resolves with.
   * @throws SyncError `unknown-hold`, `hold-ended`, `busy`
   */
  decide(decision: HoldAsked): Promise<string | undefined>
  pause(asked: { resource: string; by: Person; reason: string; forMs: number }): Promise<void>
  resume(asked: { resource: string; by: Person; reason: string }): Promise<void>
  /** Asks the system itself, now. @throws UsageError for an unknown connector */
  check(connector: string): Promise<CheckRow>
  /** Calls back at each event of a run, until the function it returns is called. */
  listen(listener: (event: RunEvent) => void): () => void
}

export interface HoldAsked {
  readonly hold: string
  readonly decision: 'approve' | 'reject'
  readonly by: Person
  readonly reason: string
}
