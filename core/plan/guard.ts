/** The rules that a plan must pass. Pure: the same code decides in `plan` and `run`. */
import type { GuardSpec, Limit } from '../resource.ts'
import type { HoldReason } from '../state/state.ts'
import { sayDuration } from '../text/duration.ts'
import { allowedBy } from './limit.ts'

/** `maxAdded` is a share of the baseline, or of this many where the baseline is smaller. */
const LEAST_BASE_FOR_ADDED = 20

export type GuardRule =
  | 'unknownBaseline'
  | 'minRecords'
  | 'mustInclude'
  | 'maxInvalid'
  | 'allNew'
  | 'emptySource'
  | 'maxRemoved'
  | 'maxChanged'
  | 'maxAdded'
  | 'groupBy'
  /** Not judged here: a person wants the set empty. */
  | 'clear'

/** The numbers of a plan that the guard judges. */
export interface GuardFacts {
  readonly baselineKnown: boolean
  /** Distinct ids of the baseline, without those who are gone and only still sent. */
  readonly baselineSize: number
  /** Valid and carried records. */
  readonly size: number
  readonly valid: number
  readonly invalid: number
  readonly added: number
  readonly changed: number
  readonly departures: number
  /** Unapproved departures that were confirmed within the window and have not come back. */
  readonly earlierDepartures: number
  /** Ids that both the sources and the baseline have. */
  readonly common: number
  readonly missing: readonly string[]
  readonly vanishedGroups: readonly string[]
  readonly emptySources: readonly string[]
}

export type Reason = HoldReason & { readonly rule: GuardRule }

/** Why the plan is held; empty when it may be pushed. */
export function judge(facts: GuardFacts, guard: GuardSpec): Reason[] {
  const always = [unknownBaseline(facts), minRecords(facts, guard), mustInclude(facts), maxInvalid(facts, guard)]
  const againstBaseline =
    facts.baselineSize === 0
      ? []
      : [
          allNew(facts),
          emptySource(facts),
          maxRemoved(facts, guard),
          maxChanged(facts, guard),
          maxAdded(facts, guard),
          groupBy(facts, guard),
        ]
  return [...always, ...againstBaseline].filter((reason) => reason !== undefined)
}

function unknownBaseline(facts: GuardFacts): Reason | undefined {
  if (facts.baselineKnown) return undefined
  return {
    rule: 'unknownBaseline',
    message: 'What Vanta holds is unknown: the state has no baseline, and the application has no scope to read it back',
  }
}

function minRecords({ size }: GuardFacts, { minRecords: least }: GuardSpec): Reason | undefined {
  if (size >= least) return undefined
  return {
    rule: 'minRecords',
    limit: String(least),
    allowed: least,
    actual: size,
    message: `The set has ${count(size, 'record')}; at least ${least} must be in it`,
  }
}

function mustInclude({ missing }: GuardFacts): Reason | undefined {
  if (missing.length === 0) return undefined
  return {
    rule: 'mustInclude',
    allowed: 0,
    actual: missing.length,
    message: `${count(missing.length, 'id')} of mustInclude ${missing.length === 1 ? 'is' : 'are'} not in the set`,
  }
}

function maxInvalid(facts: GuardFacts, guard: GuardSpec): Reason | undefined {
  const of = facts.valid + facts.invalid
  return exceeded({
    rule: 'maxInvalid',
    limit: guard.maxInvalid,
    actual: facts.invalid,
    of,
    what: 'are invalid',
    whole: 'records',
  })
}

function allNew(facts: GuardFacts): Reason | undefined {
  if (facts.common > 0 || facts.size === 0) return undefined
  return {
    rule: 'allNew',
    actual: facts.size,
    of: facts.baselineSize,
    message: `None of the ${facts.baselineSize} ids that Vanta holds is in the new set of ${facts.size}: was the id column changed?`,
  }
}

function emptySource({ emptySources }: GuardFacts): Reason | undefined {
  if (emptySources.length === 0) return undefined
  return {
    rule: 'emptySource',
    actual: emptySources.length,
    names: emptySources,
    message: `${emptySources.join(', ')} delivered nothing this time, though it fed the set before`,
  }
}

function maxRemoved(facts: GuardFacts, guard: GuardSpec): Reason | undefined {
  if (facts.departures === 0) return undefined
  const earlier = facts.earlierDepartures
  const tail = earlier === 0 ? '' : ` (${earlier} of them already within the last ${sayDuration(guard.windowMs)})`
  return exceeded({
    rule: 'maxRemoved',
    limit: guard.maxRemoved,
    actual: facts.departures + earlier,
    of: facts.baselineSize,
    what: `would leave or be deactivated${tail}`,
    whole: 'that Vanta holds',
  })
}

function maxChanged(facts: GuardFacts, guard: GuardSpec): Reason | undefined {
  const { changed: actual, baselineSize: of } = facts
  return exceeded({
    rule: 'maxChanged',
    limit: guard.maxChanged,
    actual,
    of,
    what: 'would change',
    whole: 'that Vanta holds',
  })
}

function maxAdded(facts: GuardFacts, guard: GuardSpec): Reason | undefined {
  const of = Math.max(facts.baselineSize, LEAST_BASE_FOR_ADDED)
  return exceeded({
    rule: 'maxAdded',
    limit: guard.maxAdded,
    actual: facts.added,
    of,
    what: 'would be added',
    whole: 'that the guard counts from',
  })
}

function groupBy({ vanishedGroups }: GuardFacts, guard: GuardSpec): Reason | undefined {
  if (vanishedGroups.length === 0) return undefined
  return {
    rule: 'groupBy',
    allowed: 0,
    actual: vanishedGroups.length,
    message: `${count(vanishedGroups.length, 'group')} of five or more by "${guard.groupBy ?? ''}" would vanish whole`,
  }
}

interface Excess {
  readonly rule: GuardRule
  readonly limit: Limit
  readonly actual: number
  readonly of: number
  readonly what: string
  readonly whole: string
}

function exceeded({ rule, limit, actual, of, what, whole }: Excess): Reason | undefined {
  const allowed = allowedBy(limit, of)
  if (actual <= allowed) return undefined
  const share = of === 0 ? '' : ` (${percent(actual / of)})`
  const message = `${actual} of ${of} ${whole}${share} ${what}; ${rule} ${limit.text} allows ${allowed}`
  return { rule, limit: limit.text, allowed, actual, of, message }
}

function percent(share: number): string {
  const value = share * 100
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} %`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
