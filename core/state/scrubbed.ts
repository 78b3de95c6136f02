/** A state that no secret gets into, whoever writes: what strangers say becomes errors, evidence and reasons. */
import type { SecretRegistry } from '../resource.ts'
import type { State } from './state.ts'

/**
 * Names and hashes stay as they are, see `core/secret-forms.ts`. Baselines are not touched: they must be byte for byte
 * what Vanta holds.
 */
export function scrubbedState(state: State, { scrubDocument: clean }: Pick<SecretRegistry, 'scrubDocument'>): State {
  const { runs, holds, pauses, episodes, daemons, checks } = state
  return {
    ...state,
    runs: { ...runs, finish: (id, end) => runs.finish(id, clean(end)) },
    holds: { ...holds, save: (hold, subjects) => holds.save(clean(hold), subjects) },
    pauses: { ...pauses, save: (pause) => pauses.save(clean(pause)) },
    episodes: {
      ...episodes,
      change: (change) => episodes.change({ ...change, messages: clean(change.messages) }),
      queue: (messages, at) => episodes.queue(clean(messages), at),
    },
    daemons: { ...daemons, beat: (row) => daemons.beat(clean(row)) },
    checks: { ...checks, save: (check) => checks.save(clean(check)) },
    append: (entry) => state.append({ ...entry, facts: clean(entry.facts) }),
  }
}
