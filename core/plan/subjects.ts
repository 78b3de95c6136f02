/** What a tripped rule is about, so that an approval covers exactly that and no more. */
import type { HoldSubject } from '../state/state.ts'
import type { Reason } from './guard.ts'
import type { Plan, PlanItem } from './plan.ts'

const CONCERNS: Readonly<Record<string, (item: PlanItem) => boolean>> = {
  maxRemoved: (item) => item.departs,
  maxChanged: (item) => item.change === 'change' && item.inferred === undefined,
  maxAdded: (item) => item.change === 'add',
  allNew: (item) => item.change === 'add',
}

/** Digests of the ids that each reason concerns; names and numbers where it concerns no ids. */
export function* subjectsOf(
  plan: Plan,
  reasons: readonly Reason[],
  digest: (id: string) => string,
): Generator<HoldSubject> {
  for (const reason of reasons) {
    for (const subject of subjectsOfReason(plan, reason, digest)) yield { rule: reason.rule, subject }
  }
}

function* subjectsOfReason(plan: Plan, reason: Reason, digest: (id: string) => string): Generator<string> {
  const concerns = CONCERNS[reason.rule]
  if (concerns !== undefined) {
    for (const item of plan.items) if (concerns(item)) yield digest(item.uniqueId)
    return
  }
  switch (reason.rule) {
    case 'maxInvalid':
      for (const id of plan.invalid) yield digest(id)
      return
    case 'mustInclude':
      for (const id of plan.missing) yield digest(id)
      return
    case 'groupBy':
      for (const group of plan.vanishedGroups) yield digest(group)
      return
    case 'clear':
      yield* clearSubjects(plan, reason, digest)
      return
    case 'emptySource':
      yield* plan.emptySources
      return
    case 'minRecords':
      // One subject for each record that lacks: lacking fewer is covered by an approval, lacking more is not.
      for (let lacking = (reason.allowed ?? 0) - (reason.actual ?? 0); lacking > 0; lacking--)
        yield `lacking ${lacking}`
      return
    default:
      yield 'always'
  }
}

/** The set itself, too: leave to empty one is none to empty another that holds nothing more. */
function* clearSubjects(plan: Plan, { names = [] }: Reason, digest: (id: string) => string): Generator<string> {
  yield `set ${names.join(' ')}`
  if (plan.baseline === 'unknown') yield 'unknown'
  for (const item of plan.items) yield digest(item.uniqueId)
}
