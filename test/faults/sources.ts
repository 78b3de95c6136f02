/** The sources of a scenario: they read the truth, go wrong as told, and remember what they gave. */
import { type Connector, defineConnector, type Proof, type ReadContext, type Rows } from '../../core/connector.ts'
import { DAY } from '../../core/clock.ts'
import { OperatorError } from '../../core/errors.ts'
import type { Random } from '../../testing/chaos/random.ts'
import type { Person } from './people.ts'

/** The read proves nothing: nothing of it may be pushed. */
export const UNPROVEN = [
  'fails at the start',
  'is cut in the middle',
  'breaks with a stranger error',
  'ends without a proof',
  'says it is incomplete',
  'counts a row too many',
  'counts a row too few',
  'gives no date',
  'is silent until the abort',
  'is silent and deaf',
  'is stale',
] as const

/** The read is proven; its data is what a mistaken export would be. */
export const ODD = [
  'has bad rows',
  'gives two people one id',
  'gives equal rows twice',
  'has a row without id',
  'has blank rows',
  'is empty',
  'gives half',
  'gives everybody a new id',
  'changes everybody',
  'contradicts the other source',
] as const

export type SourceFault = (typeof UNPROVEN)[number] | (typeof ODD)[number]

export const SOURCE_FAULTS: readonly SourceFault[] = [...UNPROVEN, ...ODD]

export function isUnproven(fault: SourceFault | undefined): boolean {
  return UNPROVEN.some((each) => each === fault)
}

/** What one read gave, as the source itself knows it. */
export interface Given {
  readonly resource: string
  /** Place among the resource's sources. */
  readonly source: number
  /** False from its start until a whole read was given. */
  proven: boolean
  rows: readonly Person[]
}

export interface Today {
  readonly people: readonly Person[]
  readonly fault: SourceFault | undefined
  readonly random: Random
  /** The resource takes old data for incomplete. */
  readonly limitsAge: boolean
}

export interface SourceScript {
  /** Asked when the read begins. */
  today(): Today
  fired(fault: SourceFault): void
  gave(given: Given): void
}

export function createSource(resource: string, source: number, script: SourceScript): Connector {
  return defineConnector({
    apiVersion: 1,
    name: 'scenario',
    options: { type: 'object', properties: {} },
    async *read(ctx) {
      const { people, fault, random, limitsAge } = script.today()
      const given: Given = { resource, source, proven: false, rows: [] }
      script.gave(given)
      const fire = (): void => (fault === undefined ? undefined : script.fired(fault))
      if (fault === 'fails at the start') {
        fire()
        throw new OperatorError('login', 'the login was refused')
      }
      ctx.columns(['id', 'name', 'email', 'role', 'status'])
      const rows = spoil(people, fault, random)
      yield* giveRows(ctx, { rows, fault, fire })
      if (fault === 'ends without a proof') {
        fire()
        return undefined
      }
      fire()
      given.rows = rows
      given.proven = !isUnproven(fault) || (fault === 'is stale' && !limitsAge)
      return proofOf(ctx, rows.length, fault)
    },
  })
}

interface Giving {
  readonly rows: readonly Person[]
  readonly fault: SourceFault | undefined
  fire(): void
}

async function* giveRows(ctx: ReadContext, { rows, fault, fire }: Giving): Rows {
  const half = Math.floor(rows.length / 2)
  for (const [index, fields] of rows.entries()) {
    if (index === half) {
      if (fault === 'is cut in the middle') {
        fire()
        throw new OperatorError('cut', 'the connection was lost')
      }
      if (fault === 'breaks with a stranger error') {
        fire()
        throw new TypeError('undefined is not a function')
      }
      if (fault === 'is silent until the abort' || fault === 'is silent and deaf') {
        fire()
        await silence(fault === 'is silent and deaf' ? undefined : ctx.signal)
      }
    }
    yield { at: `people:${index + 2}`, fields: { ...fields } }
  }
  return undefined
}

/** Never resolves; rejects when the signal aborts, if there is one. */
async function silence(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function proofOf(ctx: ReadContext, rows: number, fault: SourceFault | undefined): Proof {
  const off = fault === 'counts a row too many' ? 1 : fault === 'counts a row too few' ? -1 : 0
  const age = fault === 'is stale' ? 9 * DAY : 0
  return {
    complete: fault !== 'says it is incomplete',
    rows: rows + off,
    asOf: new Date(fault === 'gives no date' ? Number.NaN : ctx.clock.now() - age),
    evidence: 'the last page was seen',
  }
}

const BAD: readonly Partial<Person>[] = [{ role: 'Emperor' }, { email: 'nobody' }, { status: 'ASLEEP' }, { email: '' }]
const BLANK: Person = { id: '', name: '', email: ' ', role: '', status: '' }

function spoil(people: readonly Person[], fault: SourceFault | undefined, random: Random): readonly Person[] {
  switch (fault) {
    case 'has bad rows':
      return changeSome(people, random, (person) => ({ ...person, ...random.pick(BAD) }))
    case 'gives two people one id':
      return [...people, ...some(people, random).map((person) => ({ ...person, name: `Not ${person.name}` }))]
    case 'gives equal rows twice':
      return [...people, ...some(people, random)]
    case 'has a row without id':
      return changeSome(people, random, (person) => ({ ...person, id: ' ' }), 1)
    case 'has blank rows':
      return people.flatMap((person, index) => (index % 7 === 0 ? [BLANK, person] : [person]))
    case 'is empty':
      return []
    case 'gives half':
      return people.slice(0, Math.floor(people.length / 2))
    case 'gives everybody a new id':
      return people.map((person) => ({ ...person, id: `N${person.id}` }))
    case 'changes everybody':
      return people.map((person) => ({ ...person, name: `${person.name} Esq.` }))
    case 'contradicts the other source':
      return changeSome(people, random, (person) => ({ ...person, name: `${person.name} (other)` }))
    default:
      return people
  }
}

function some(people: readonly Person[], random: Random, count = 1 + random.below(3)): Person[] {
  return random.shuffled(people).slice(0, count)
}

function changeSome(
  people: readonly Person[],
  random: Random,
  change: (person: Person) => Person,
  count = 1 + random.below(3),
): Person[] {
  const chosen = new Set(some(people, random, count))
  return people.map((person) => (chosen.has(person) ? change(person) : person))
}
