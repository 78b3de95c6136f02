/** A source that goes wrong in every way we know, the same way each time for the same seed. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Connector,
  defineConnector,
  type Proof,
  type ReadContext,
  type Row,
  type Rows,
} from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import { CHAOS_FAULTS, type ChaosFault, isUnproven } from './faults.ts'
import { CHAOS_COLUMNS, type ChaosPerson, createCompany } from './people.ts'
import { createRandom, type Random } from './random.ts'
import { spoiled } from './spoil.ts'

export interface ChaosOptions {
  /** The same seed gives the same reads. Print it when a test fails. */
  readonly seed: number
  /** About how many people there are. */
  readonly rows: number
  /** Default: all. Every third read, and the first, has none. */
  readonly faults?: readonly ChaosFault[]
  /** Told when a read stalls, so that a test with its own clock can let the time pass. */
  onStall?(): void
}

export interface ChaosSource {
  readonly connector: Connector
  /** How often each fault took effect. One that was never reached is not in it. */
  readonly fired: ReadonlyMap<ChaosFault, number>
  /** What the last read was, for a test that knows what should have come of it. */
  last(): ChaosRead | undefined
  /** The next read repeats the last one. */
  again(): void
}

export interface ChaosRead {
  /** From 0. */
  readonly number: number
  readonly fault: ChaosFault | undefined
  /** Whether a whole read was proven; then `people` are all that came. */
  readonly proven: boolean
  readonly people: readonly ChaosPerson[]
}

export function createChaosSource(options: ChaosOptions): ChaosSource {
  const { seed, rows, faults = CHAOS_FAULTS, onStall } = options
  const deck = createRandom(seed).shuffled(faults)
  const company = createCompany(rows)
  const fired = new Map<ChaosFault, number>()
  let last: ChaosRead | undefined
  let repeat = false
  let drawn = 0

  function fire(fault: ChaosFault): void {
    fired.set(fault, (fired.get(fault) ?? 0) + 1)
  }

  function next(): ChaosRead {
    if (last !== undefined && repeat) {
      repeat = false
      return last
    }
    const number = last === undefined ? 0 : last.number + 1
    const random = createRandom(seed * 100_003 + number)
    if (number > 0) company.passTime(random)
    const fault = number % 3 === 0 || deck.length === 0 ? undefined : deck[drawn++ % deck.length]
    if (fault === 'lets some people go') company.lose(4, random)
    const people = spoiled(company.people(), fault, random)
    return { number, fault, proven: !isUnproven(fault), people }
  }

  const connector = defineConnector({
    apiVersion: 1,
    name: 'chaos',
    options: { type: 'object', properties: {} },
    check: async () => `chaos by seed ${seed}`,
    read(ctx) {
      last = next()
      return readChaos(ctx, { read: last, random: createRandom(seed * 7919 + last.number), fire, onStall })
    },
  })
  return {
    connector,
    fired,
    last: () => last,
    again() {
      repeat = true
    },
  }
}

interface Chaos {
  readonly read: ChaosRead
  readonly random: Random
  readonly onStall: ChaosOptions['onStall']
  fire(fault: ChaosFault): void
}

async function* readChaos(ctx: ReadContext, chaos: Chaos): Rows {
  const { fault, people } = chaos.read
  if (fault === 'throws at the start') throw broken(chaos)
  const columns = columnsOf(fault)
  // Whoever needs the column refuses the read right here.
  if (fault === 'lacks a column') chaos.fire(fault)
  if (fault !== 'announces no columns') ctx.columns(columns)
  let given = 0
  for (const batch of batchesOf(people, fault, chaos.random)) {
    if (given >= people.length / 2) await breakInTheMiddle(ctx, chaos)
    if (given >= people.length / 2 && fault === 'ends in the middle without a proof') return endsEarly(chaos)
    ctx.signal.throwIfAborted()
    const rows = batch.map((person, index) => rowOf(person, given + index, fault))
    // A batch of one may come without a list around it.
    if (fault === 'gives single rows') yield* rows
    else yield rows
    given += batch.length
    if (fault === 'pauses between batches') await wait(chaos.random.below(3))
  }
  return prove(ctx, chaos, given)
}

function columnsOf(fault: ChaosFault | undefined): readonly string[] {
  if (fault === 'lacks a column') return CHAOS_COLUMNS.filter((name) => name !== 'email')
  return fault === 'gives a column more' ? [...CHAOS_COLUMNS, 'shoe size'] : CHAOS_COLUMNS
}

function batchesOf(
  people: readonly ChaosPerson[],
  fault: ChaosFault | undefined,
  random: Random,
): readonly (readonly ChaosPerson[])[] {
  const batches: ChaosPerson[][] = []
  let rest = [...people]
  while (rest.length > 0) {
    const size = fault === 'gives batches of odd sizes' ? 1 + random.below(29) : 10
    batches.push(rest.slice(0, size))
    rest = rest.slice(size)
    if (fault === 'gives empty batches') batches.push([])
  }
  return batches
}

function rowOf(person: ChaosPerson, index: number, fault: ChaosFault | undefined): Row {
  const fields: Record<string, unknown> = { ...person }
  if (fault === 'lacks a column') delete fields['email']
  if (fault === 'gives a column more') fields['shoe size'] = 43
  return { at: `chaos:${index + 2}`, fields }
}

async function breakInTheMiddle(ctx: ReadContext, chaos: Chaos): Promise<void> {
  const { fault } = chaos.read
  if (fault === 'throws in the middle') throw broken(chaos)
  if (fault !== 'stalls until the abort' && fault !== 'stalls and ignores the abort') return
  chaos.fire(fault)
  chaos.onStall?.()
  await stalled(fault === 'stalls until the abort' ? ctx.signal : undefined)
}

/** Never resolves; rejects when the signal aborts, if there is one. */
async function stalled(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error)
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function broken({ read, fire }: Chaos): OperatorError {
  if (read.fault !== undefined) fire(read.fault)
  return new OperatorError('chaos', 'the chaos source broke')
}

function endsEarly({ fire }: Chaos): undefined {
  fire('ends in the middle without a proof')
  return undefined
}

/** Faults of the data, of the way and of the proof take effect when the read ends; the others have fired before. */
function prove(ctx: ReadContext, { read: { fault }, fire }: Chaos, given: number): Proof {
  if (fault !== undefined && fault !== 'lacks a column') fire(fault)
  const odd = { 'counts more than it gave': 1, 'counts less than it gave': -1 }
  return {
    complete: fault !== 'says that it is incomplete',
    rows: given + (fault !== undefined && fault in odd ? odd[fault as keyof typeof odd] : 0),
    asOf: new Date(fault === 'gives no date' ? Number.NaN : ctx.clock.now()),
    evidence: fault === 'says that it is incomplete' ? 'the last page is missing' : 'the last page was seen',
  }
}
