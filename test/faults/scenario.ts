/** A scenario: the world that a seed gives, and what happens on each of its days. Drawn before anything runs. */
import { DAY, HOUR, MINUTE, SECOND } from '../../core/clock.ts'
import type { GuardSpec, InvalidPolicy, Limit, MergePolicy } from '../../core/resource.ts'
import { createRandom, type Random } from '../../testing/chaos/random.ts'
import { SOURCE_FAULTS, type SourceFault } from './sources.ts'
import { drawVantaFault, type VantaFault } from './vanta-faults.ts'

export interface ResourceScript {
  readonly name: string
  readonly application: number
  readonly people: number
  readonly sources: number
  readonly resourceIds: readonly string[]
  readonly merge: MergePolicy
  readonly onInvalid: InvalidPolicy
  readonly guard: GuardSpec
  readonly verify: boolean
  readonly maxDataAgeMs: number | undefined
}

/** What becomes of the process at its n-th touch of state or network. */
export type Ending =
  | { readonly how: 'killed before' | 'killed after' | 'stopped' | 'lock deleted' | 'rival'; readonly touch: number }
  | undefined

export type Act = 'approve' | 'approve later' | 'reject' | 'ignore'

export interface Day {
  /** Time since the day before. */
  readonly waitMs: number
  /** The share of people of the first resource that leave for good today. */
  readonly closes: number
  /** By resource and source. */
  readonly sourceFaults: readonly (readonly (SourceFault | undefined)[])[]
  readonly vantaFaults: readonly VantaFault[]
  /** Somebody else writes with the same application. */
  readonly meddles: 'before the run' | 'after a PUT' | undefined
  readonly meddling: 'removes somebody' | 'adds a stranger' | 'changes somebody'
  readonly ending: Ending
  readonly restarts: boolean
  /** How far the machine's clock jumps before the run. */
  readonly clockJumpMs: number
  readonly act: Act
  readonly plansFirst: boolean
  /** Whether a rotated secret is known here at once. */
  readonly secretKnown: boolean
  /** The list of the first resource that has several ids changes. */
  readonly listChanges: boolean
}

export interface Scenario {
  readonly seed: number
  readonly applications: number
  readonly canRead: boolean
  readonly resources: readonly ResourceScript[]
  readonly days: readonly Day[]
}

export function drawScenario(seed: number, days: number): Scenario {
  const random = createRandom(Math.imul(seed, 2_654_435_761) >>> 0)
  const canRead = random.chance(0.9)
  const applications = random.chance(0.3) ? 2 : 1
  const resources = Array.from({ length: 1 + random.below(3) }, (_, index) =>
    drawResource(random, { index, applications, canRead }),
  )
  return {
    seed,
    applications,
    canRead,
    resources,
    days: Array.from({ length: days }, (_, day) => drawDay(random, resources, day)),
  }
}

interface Place {
  readonly index: number
  readonly applications: number
  readonly canRead: boolean
}

function drawResource(random: Random, { index, applications, canRead }: Place): ResourceScript {
  const parts = random.chance(0.4) ? 2 + random.below(2) : 1
  return {
    name: `accounts-${index}`,
    application: index % applications,
    people: 8 + random.below(40),
    sources: random.chance(0.4) ? 2 : 1,
    resourceIds: Array.from({ length: parts }, (_, part) => resourceIdOf(index, part)),
    merge: random.pick(['error', 'first', 'join'] as const),
    onInvalid: random.pick(['carry-forward', 'carry-forward', 'block', 'drop'] as const),
    guard: drawGuard(random),
    verify: canRead && random.chance(0.75),
    maxDataAgeMs: random.chance(0.7) ? 2 * DAY : undefined,
  }
}

/** 24 hex digits. */
export function resourceIdOf(resource: number, part: number): string {
  return `66f1c2a9e4b0a1d2c3e4f${resource}${part}0`.slice(0, 24)
}

function drawGuard(random: Random): GuardSpec {
  const limits = [share(0.05), share(0.2), count(2), count(0)]
  return {
    maxRemoved: random.pick(limits),
    maxChanged: random.pick([share(0.5), count(3), share(1)]),
    maxAdded: random.pick([share(0.5), count(5), share(1)]),
    maxInvalid: random.pick([share(0.05), share(0.5)]),
    minRecords: random.pick([1, 1, 5]),
    mustInclude: [],
    windowMs: DAY,
  }
}

function share(value: number): Limit {
  return { kind: 'share', share: value, text: `${value * 100}%` }
}

function count(value: number): Limit {
  return { kind: 'count', count: value, text: String(value) }
}

function drawDay(random: Random, resources: readonly ResourceScript[], day: number): Day {
  // Every third day is a good one, and so is the first: otherwise nothing would ever be there to lose.
  const good = day % 3 === 0
  const sourceFaults = resources.map(({ sources }) =>
    Array.from({ length: sources }, () => (!good && random.chance(0.3) ? random.pick(SOURCE_FAULTS) : undefined)),
  )
  const vantaFaults =
    !good && random.chance(0.65) ? Array.from({ length: 1 + random.below(2) }, () => drawVantaFault(random)) : []
  return {
    waitMs: drawWait(random),
    closes: random.chance(0.15) ? random.pick([0.1, 0.3, 0.6]) : 0,
    sourceFaults,
    vantaFaults,
    meddles: random.chance(0.12) ? random.pick(['before the run', 'after a PUT'] as const) : undefined,
    meddling: random.pick(['removes somebody', 'adds a stranger', 'changes somebody'] as const),
    ending: day > 0 && random.chance(0.3) ? drawEnding(random) : undefined,
    restarts: random.chance(0.1),
    clockJumpMs: random.chance(0.08) ? random.pick([-3, -1, 1, 5]) * HOUR : 0,
    act: random.pick(['approve', 'approve', 'approve later', 'reject', 'ignore'] as const),
    plansFirst: random.chance(0.2),
    secretKnown: random.chance(0.7),
    listChanges: random.chance(0.1),
  }
}

function drawWait(random: Random): number {
  if (random.chance(0.25)) return (1 + random.below(9)) * SECOND
  return random.chance(0.3) ? (1 + random.below(50)) * MINUTE : (1 + random.below(40)) * HOUR
}

function drawEnding(random: Random): Ending {
  const how = random.pick(['killed before', 'killed after', 'stopped', 'lock deleted', 'rival'] as const)
  return { how, touch: 1 + random.below(60) }
}
