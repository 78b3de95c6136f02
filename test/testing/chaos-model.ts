/** What must be true after every run, whatever the source did: the invariants of the design, told from outside. */
import type { ResourceDocument, RunDocument } from '../../core/run/document.ts'
import { allowedBy } from '../../core/plan/limit.ts'
import { DAY } from '../../core/clock.ts'
import type { ChaosRead } from '../../testing/chaos/source.ts'
import type { ChaosPerson } from '../../testing/chaos/people.ts'
import { DEFAULT_GUARD } from '../support/workshop.ts'

/** What Vanta holds of a person, by id. */
export type Held = ReadonlyMap<string, string>

export interface Look {
  readonly held: Held
  /** PUT requests so far. */
  readonly puts: number
}

export interface RunSeen {
  readonly document: RunDocument
  readonly read: ChaosRead
  readonly before: Look
  readonly after: Look
  /** Whether a person approved what this run found. */
  readonly approved: boolean
  readonly now: number
}

export interface Model {
  /** @throws Error that names the invariant which does not hold */
  judge(seen: RunSeen): void
}

export function createModel(): Model {
  const departed = new Map<string, number>()
  return {
    judge(seen) {
      const resource = seen.document.resources[0]
      if (resource === undefined) throw new Error('the document has no resource')
      judgeOutcome(seen, resource)
      judgeArithmetic(seen, resource)
      if (resource.outcome !== 'pushed') return judgeUntouched(seen)
      judgeSet(seen)
      judgeNobodyLost(seen)
      judgeDepartures(seen, departed)
    },
  }
}

function violated(invariant: string, facts: unknown): Error {
  return new Error(`${invariant}: ${JSON.stringify(facts)}`)
}

function judgeOutcome({ document, read }: RunSeen, { outcome, exitCode }: ResourceDocument): void {
  const tokens = document.applications[0]?.tokensMinted ?? 0
  if (tokens > 1) throw violated('one token a run', { tokens })
  if (!read.proven && (outcome === 'pushed' || exitCode !== 12))
    throw violated('an unproven read is never pushed, and exits 12', { outcome, exitCode })
  if (read.proven && exitCode === 12) throw violated('a proven read does not exit 12', document.resources[0]?.error)
  if (document.exitCode !== exitCode) throw violated('the run exits as its resource does', document.exitCode)
}

/** Without a PUT nothing changes, and nothing is sent that is not pushed. */
function judgeUntouched({ before, after }: RunSeen): void {
  if (after.puts !== before.puts) throw violated('what is not pushed sends no PUT', { puts: after.puts - before.puts })
  if (!same(before.held, after.held)) throw violated('what is not pushed changes nothing', after.held.size)
}

function same(one: Held, other: Held): boolean {
  return one.size === other.size && [...one].every(([id, body]) => other.get(id) === body)
}

function judgeArithmetic({ read, before }: RunSeen, { records, changes, outcome }: ResourceDocument): void {
  if (records === undefined || changes === undefined) return
  const { read: rows = 0, valid = 0, invalid = 0, carriedForward = 0, dropped = 0, pushed = 0 } = records
  const { added = 0, changed = 0, removed = 0, unchanged = 0 } = changes
  const facts = { ...records, ...changes, rows: read.people.length, held: before.held.size }
  const { people, withoutId } = recordsOf(read.people)
  const right =
    rows === read.people.length &&
    valid + invalid === people.size + withoutId &&
    invalid === carriedForward + dropped &&
    pushed === (outcome === 'pushed' ? valid + carriedForward : 0) &&
    added + changed + unchanged === valid + carriedForward &&
    changed + unchanged + removed === before.held.size
  if (!right) throw violated('the numbers of the document add up', facts)
}

/** The sandbox holds exactly the set that was read, with bad records as they were. */
function judgeSet({ read, before, after }: RunSeen): void {
  const expected = new Map<string, string>()
  for (const [id, body] of recordsOf(read.people).people) {
    const kept = body ?? before.held.get(id)
    if (kept !== undefined) expected.set(id, kept)
  }
  if (same(expected, after.held)) return
  const wrong = [...new Set([...expected.keys(), ...after.held.keys()])].filter(
    (id) => expected.get(id) !== after.held.get(id),
  )
  throw violated('Vanta holds exactly the accepted set', { wrong: wrong.slice(0, 5), of: wrong.length })
}

function judgeNobodyLost({ read, before, after }: RunSeen): void {
  const lost = read.people.filter(({ id }) => before.held.has(id) && !after.held.has(id))
  if (lost.length > 0) throw violated('a record that came deletes nobody', { lost: lost.length })
}

/** Departures of this run and the unapproved ones of the last day stay under the guard's limit. */
function judgeDepartures({ before, after, approved, now }: RunSeen, departed: Map<string, number>): void {
  for (const [id, at] of departed) if (now - at > DAY || isActive(after.held.get(id))) departed.delete(id)
  const gone = [...before.held].filter(([id, body]) => isActive(body) && !isActive(after.held.get(id)))
  const allowed = allowedBy(DEFAULT_GUARD.maxRemoved, before.held.size)
  const earlier = departed.size
  if (approved) return
  for (const [id] of gone) departed.set(id, now)
  if (gone.length > 0 && gone.length + earlier > allowed)
    throw violated('nobody goes beyond the guard without an approval', { gone: gone.length, earlier, allowed })
}

function isActive(body: string | undefined): boolean {
  return body?.includes('"ACTIVE"') === true
}

interface Records {
  /** By id: the record as Vanta would hold it, or undefined when it is invalid. */
  readonly people: ReadonlyMap<string, string | undefined>
  readonly withoutId: number
}

function recordsOf(rows: readonly ChaosPerson[]): Records {
  const people = new Map<string, string | undefined>()
  let withoutId = 0
  for (const person of rows) {
    const isBlank = Object.values(person).every((text) => text.trim() === '')
    if (isBlank) continue
    if (person.id.trim() === '') withoutId++
    else
      people.set(
        person.id,
        people.has(person.id) && people.get(person.id) !== bodyOf(person) ? undefined : bodyOf(person),
      )
  }
  return { people, withoutId }
}

const LEVELS: Readonly<Record<string, string>> = { Admin: 'ADMIN', User: 'BASE' }

/** Undefined for a row that no rule of the mapping and the type lets through. */
function bodyOf({ name, email, role, status }: ChaosPerson): string | undefined {
  const level = LEVELS[role]
  const valid = name !== '' && email.includes('@') && level !== undefined && /^(ACTIVE|DEACTIVATED)$/.test(status)
  return valid ? JSON.stringify([name, email, level, status]) : undefined
}

/** The same of a record that the sandbox holds. */
export function heldBody(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([record['displayName'], record['email'], record['permissionLevel'], record['status']])
}
