/** What the sandbox holds, and what came to it while a run went on. */
import type { RequestEntry } from '../../sandbox/request-log.ts'
import type { Control } from '../../sandbox/control.ts'
import { heldBody } from './people.ts'

/** Of a person, by id: what Vanta holds alive. */
export type Held = ReadonlyMap<string, string>

export interface SetLook {
  readonly puts: number
  readonly held: Held
}

/** By resource id. */
export type Look = ReadonlyMap<string, SetLook>

export function lookAt(control: Control): Look {
  return new Map(
    control.state().resources.map(({ resourceId, puts, records }) => {
      const alive = records.filter(({ deletedAt }) => deletedAt === null || deletedAt === undefined)
      const held = new Map(alive.map((record) => [String(record['uniqueId']), heldBody(record)]))
      return [resourceId, { puts, held }]
    }),
  )
}

/** Over all resource ids of a resource. */
export function unionOf(look: Look, resourceIds: readonly string[]): Map<string, string> {
  const union = new Map<string, string>()
  for (const resourceId of resourceIds) for (const [id, body] of look.get(resourceId)?.held ?? []) union.set(id, body)
  return union
}

/** A PUT that took effect. */
export interface Commit {
  readonly resourceId: string
  readonly look: Look
  /** Vanta's own answer came through whole. */
  readonly confirmed: boolean
}

export interface Witness {
  /** Since `begin`, in the order in which they ended. */
  readonly requests: readonly RequestEntry[]
  readonly commits: readonly Commit[]
  begin(): void
  /** The sandbox calls it when a request is over. */
  note(entry: RequestEntry): void
  /** What somebody else writes is no commit of ours. */
  overlook(): void
  /** Requests that have come to their end since the scenario began. */
  readonly ended: number
}

/** @param onCommit called at once, before the next request can come */
export function createWitness(control: () => Control, onCommit: (commit: Commit) => void): Witness {
  let requests: RequestEntry[] = []
  let commits: Commit[] = []
  let puts = new Map<string, number>()
  let ended = 0

  function remember(look: Look): void {
    puts = new Map([...look].map(([resourceId, set]) => [resourceId, set.puts]))
  }

  return {
    get requests() {
      return requests
    },
    get commits() {
      return commits
    },
    get ended() {
      return ended
    },
    begin() {
      requests = []
      commits = []
    },
    note(entry) {
      ended++
      requests.push(entry)
      if (entry.method !== 'PUT') return
      const look = lookAt(control())
      const changed = [...look].find(([resourceId, set]) => set.puts > (puts.get(resourceId) ?? 0))
      remember(look)
      if (changed === undefined) return
      const confirmed = entry.status === 200 && entry.note === undefined
      const commit = { resourceId: changed[0], look, confirmed }
      commits.push(commit)
      onCommit(commit)
    },
    overlook() {
      remember(lookAt(control()))
    },
  }
}
