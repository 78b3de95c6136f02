/** The invariants, asked of one run of one resource: from the scenario's truth and the sandbox's log, never from the runner. */
import { DAY } from '../../core/clock.ts'
import type { ResourceDocument } from '../../core/run/document.ts'
import type { Limit } from '../../core/resource.ts'
import type { Expected } from './expected.ts'
import { type Commit, type Held, type Look, unionOf } from './look.ts'
import { isActive } from './people.ts'
import type { ResourceScript } from './scenario.ts'
import { type Invariant, Violation } from './violation.ts'

/** What is known of a resource over the days of a scenario. */
export interface Story {
  readonly script: ResourceScript
  /** Every resource id that it ever had. */
  readonly allIds: ReadonlySet<string>
  readonly resourceIds: readonly string[]
  /** What our last PUTs said. */
  accepted: Held
  /** Ids that left without an approval, with the time of the machine's own clock. */
  readonly departed: Map<string, number>
  /** Ids whose leaving a person has seen and approved. */
  approved: ReadonlySet<string> | undefined
  /** Resource ids of which the runner cannot know what they hold: somebody else wrote, or Vanta said what was not so. */
  readonly clouded: Set<string>
  /** The last run was pushed, to every resource id. */
  settled: boolean
}

export interface Seen {
  readonly story: Story
  readonly command: string
  /** Absent when the process died or the run was stopped before it ended. */
  readonly fared: ResourceDocument | undefined
  readonly ended: 'normally' | 'killed' | 'stopped' | 'lost'
  readonly expected: Expected
  readonly before: Held
  /** Of this resource, in order. */
  readonly commits: readonly Commit[]
  readonly after: Look
  /** Ids that somebody else took away or changed while the run went on. */
  readonly meddledWith: ReadonlySet<string>
  readonly approving: boolean
  readonly now: number
}

export function judgeRun(seen: Seen): void {
  if (seen.commits.length > 0) judgePushed(seen)
  if (seen.fared !== undefined) judgeOutcome(seen, seen.fared)
}

function refuse(invariant: Invariant, seen: Seen, facts: string): never {
  throw new Violation(invariant, `${seen.story.script.name}, ${seen.fared?.outcome ?? seen.ended}: ${facts}`)
}

/** Whatever came to Vanta was allowed to. */
function judgePushed(seen: Seen): void {
  const { command, expected, story } = seen
  if (command === 'plan') refuse('dry', seen, 'a plan changed what Vanta holds')
  if (!expected.proven) refuse('unproven', seen, 'a PUT was sent of a read that proved nothing')
  if (story.script.onInvalid === 'block' && expected.invalid > 0)
    refuse('badRecord', seen, 'invalid records block, and it was pushed')
  for (const commit of seen.commits) judgeCommit(seen, commit)
  judgeGuard(seen)
}

function judgeCommit(seen: Seen, { resourceId, look }: Commit): void {
  const { expected, before, story, meddledWith } = seen
  for (const [id, body] of look.get(resourceId)?.held ?? []) {
    const record = expected.records.get(id)
    if (record === undefined) refuse('whole', seen, `a PUT held ${id}, which no source gave`)
    if (record.bodies !== undefined && !record.bodies.has(body))
      refuse(record.valid ? 'lost' : 'badRecord', seen, `a PUT held ${id} with values that nobody gave`)
  }
  const union = unionOf(look, [...story.allIds])
  for (const [id, record] of expected.records) {
    if (!before.has(id) || union.has(id) || meddledWith.has(id)) continue
    refuse(record.valid ? 'whole' : 'badRecord', seen, `${id} was read, Vanta held it, and after a PUT it was gone`)
  }
}

/** Counted from what is gone. */
function judgeGuard(seen: Seen): void {
  const { story, before, after, approving, expected, now } = seen
  const { guard, onInvalid } = story.script
  const held = unionOf(after, [...story.allIds])
  const gone = [...before].filter(([id, body]) => isPerson(id) && isActive(body) && !isActive(held.get(id)))
  const left = gone.map(([id]) => id).filter((id) => !seen.meddledWith.has(id))
  if (expected.withoutId > 0 && left.length > 0 && onInvalid !== 'drop')
    refuse('badRecord', seen, `${left.length} left while a row without id could have been any of them`)
  for (const [id, at] of story.departed) if (now - at >= DAY || isActive(held.get(id))) story.departed.delete(id)
  const of = Math.max(before.size, story.accepted.size)
  const earlier = [...story.departed.keys()].filter((id) => !left.includes(id)).length
  const leave = approving ? story.approved : undefined
  const covered = left.filter((id) => leave?.has(id) === true).length === left.length && leave !== undefined
  const allowed = allowance(guard.maxRemoved, of)
  if (left.length > 0 && !covered && left.length + earlier > allowed)
    refuse('guard', seen, `${left.length} left, ${earlier} before within a day, of ${of}; ${allowed} are allowed`)
  if (!approving) judgeSurprise(seen, held, of)
  if (seen.fared?.outcome !== 'pushed') return
  for (const id of left) {
    // Whose leaving a person approved counts for nobody any more.
    if (approving) story.departed.delete(id)
    else story.departed.set(id, now)
  }
  if (approving) for (const id of story.departed.keys()) if (!held.has(id)) story.departed.delete(id)
}

function judgeSurprise(seen: Seen, held: Held, of: number): void {
  const { before, story } = seen
  const { guard } = story.script
  const size = seen.expected.records.size
  if (size < guard.minRecords) refuse('guard', seen, `${size} records were pushed, ${guard.minRecords} are the least`)
  if (before.size === 0 || story.accepted.size === 0 || seen.meddledWith.size > 0) return
  const common = [...held.keys()].filter((id) => before.has(id) || story.accepted.has(id)).length
  if (common === 0 && size > 0) refuse('guard', seen, 'everybody got a new id, and it was pushed')
  judgeChanges(seen, held, of)
}

function judgeChanges({ before, story, ...seen }: Seen, held: Held, of: number): void {
  const changed = [...held].filter(
    ([id, body]) => before.has(id) && before.get(id) !== body && story.accepted.get(id) !== body,
  )
  const allowed = allowance(story.script.guard.maxChanged, of)
  if (changed.length > allowed)
    refuse('guard', { before, story, ...seen }, `${changed.length} of ${of} changed; ${allowed} are allowed`)
}

/** As the design has it: a share allows its part, and at least five or one less than half. */
function allowance(limit: Limit, of: number): number {
  if (limit.kind === 'count') return limit.count
  return Math.max(Math.floor(limit.share * of + 1e-9), Math.min(5, Math.ceil(of / 2) - 1), 0)
}

function isPerson(id: string): boolean {
  return !id.startsWith('X-')
}

function judgeOutcome(seen: Seen, fared: ResourceDocument): void {
  const { commits, story, expected } = seen
  switch (fared.outcome) {
    case 'pushed':
      return judgeSuccess(seen, fared)
    case 'planned':
      if (seen.command !== 'plan') refuse('history', seen, 'a run says planned')
      return
    case 'held':
    case 'skipped':
      if (commits.length > 0) refuse('confirmed', seen, 'it says that nothing was pushed, and Vanta took a PUT')
      return
    default:
      if (commits.length > 0 && story.allIds.size === 1 && !UNCERTAIN.has(fared.error?.code ?? ''))
        refuse('confirmed', seen, `it failed as ${fared.error?.code}, and Vanta took a PUT`)
      if (fared.error?.code === 'not-held' && isClear(seen) && seen.meddledWith.size === 0)
        refuse('confirmed', seen, 'it says that Vanta confirmed a PUT and does not hold it, and nobody touched it')
      if (fared.exitCode === 70) refuse('confirmed', seen, `a bug: ${fared.error?.message}`)
      if (!expected.proven || fared.exitCode !== 12) return
      refuse('unproven', seen, `it says that a source failed, and all were whole: ${fared.error?.message}`)
  }
}

/** Codes that do not claim that nothing changed. */
const UNCERTAIN: ReadonlySet<string> = new Set(['outcome-unknown', 'not-held', 'partly-refused'])

function judgeSuccess(seen: Seen, fared: ResourceDocument): void {
  const { story, expected, after, commits, meddledWith } = seen
  if (!expected.proven) refuse('unproven', seen, 'it says that it pushed a read that proved nothing')
  const clear = isClear(seen)
  const taken = new Set(commits.map(({ resourceId }) => resourceId))
  const missing = story.resourceIds.filter((resourceId) => !taken.has(resourceId))
  if (missing.length > 0 && clear)
    refuse('confirmed', seen, `it says pushed, and ${missing.length} resource ids got no PUT`)
  const confirmed = new Set(commits.flatMap((commit) => (commit.confirmed ? [commit.resourceId] : [])))
  if (clear && !story.resourceIds.every((resourceId) => confirmed.has(resourceId)))
    refuse('confirmed', seen, 'it says pushed, and Vanta did not confirm every PUT')
  // Without reading back, nobody can know better than Vanta says.
  if (fared.verified !== true && (!clear || meddledWith.size > 0)) return
  judgeExact(seen, unionOf(after, [...story.allIds]), totalOf(after, [...story.allIds]))
}

function isClear({ story }: Seen): boolean {
  return story.resourceIds.every((resourceId) => !story.clouded.has(resourceId))
}

function judgeExact(seen: Seen, held: Held, total: number): void {
  const { expected } = seen
  const verified = seen.fared?.verified === true ? 'verified' : 'pushed'
  for (const [id, { bodies, mayLack }] of expected.records) {
    const body = held.get(id)
    if (body === undefined && !mayLack) refuse('lost', seen, `it says ${verified}, and ${id} is not there`)
    if (body !== undefined && bodies !== undefined && !bodies.has(body))
      refuse('lost', seen, `it says ${verified}, and ${id} has other values`)
  }
  const extra = [...held.keys()].filter((id) => !expected.records.has(id))
  if (extra.length > 0) refuse('lost', seen, `it says ${verified}, and ${extra[0]} is there, whom no source gave`)
  if (total !== held.size) refuse('whole', seen, 'somebody stands under two resource ids')
}

function totalOf(look: Look, resourceIds: readonly string[]): number {
  return resourceIds.reduce((sum, resourceId) => sum + (look.get(resourceId)?.held.size ?? 0), 0)
}
