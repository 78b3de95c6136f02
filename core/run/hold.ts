/** What becomes of a plan that the guard does not pass. */
import { createHash } from 'node:crypto'
import { HOUR } from '../clock.ts'
import type { Reason } from '../plan/guard.ts'
import type { Plan } from '../plan/plan.ts'
import { subjectsOf } from '../plan/subjects.ts'
import type { Hold } from '../state/state.ts'
import { type ClearAsked, isClearing } from './clear-hold.ts'
import type { ResourceContext } from './context.ts'
import { scopeOf } from './target.ts'

/** Nobody can vouch for a set that was read three days ago. */
export const HOLD_LIFE = 72 * HOUR

export type Verdict =
  | { readonly kind: 'pass' }
  /** An approval covers all that trips; it is used up when Vanta confirms. */
  | { readonly kind: 'approved'; readonly hold: Hold }
  | { readonly kind: 'held'; readonly reasons: readonly Reason[]; readonly hold?: Hold; readonly opened: boolean }

/** Decides without changing anything, as `plan` does. */
export async function judgeHold(context: ResourceContext, plan: Plan, reasons: readonly Reason[]): Promise<Verdict> {
  if (reasons.length === 0) return { kind: 'pass' }
  const live = await context.state.holds.live(scopeOf(context.settings, context.resource))
  const covered = live !== undefined && (await context.state.holds.covers(live.id, subjects(context, plan, reasons)))
  if (!covered) return { kind: 'held', reasons, opened: false }
  return live.status === 'approved'
    ? { kind: 'approved', hold: live }
    : { kind: 'held', reasons, hold: live, opened: false }
}

/** Decides as `judgeHold` and records it: opens, keeps, supersedes or closes. */
export async function settleHold(
  context: ResourceContext,
  plan: Plan,
  { reasons, asked }: { reasons: readonly Reason[]; asked?: ClearAsked },
): Promise<Verdict> {
  const { state, clock } = context
  const scope = scopeOf(context.settings, context.resource)
  const live = await state.holds.live(scope)
  if (reasons.length === 0) {
    if (live !== undefined && !isClearing(live)) await state.holds.save({ ...live, status: 'closed' })
    return { kind: 'pass' }
  }
  const verdict = await judgeHold(context, plan, reasons)
  if (verdict.kind !== 'held' || verdict.hold !== undefined) return verdict
  if (live !== undefined) await state.holds.save({ ...live, status: 'superseded' })
  const hold: Hold = {
    id: holdId(context, plan, reasons),
    scope,
    resource: context.resource.name,
    runId: context.runId,
    planHash: plan.hash,
    reasons,
    status: 'open',
    openedAt: clock.now(),
    expiresAt: clock.now() + HOLD_LIFE,
    ...(asked === undefined ? {} : { asked: { ...sayAsked(asked), at: clock.now() } }),
  }
  await state.holds.save(hold, subjects(context, plan, reasons))
  await state.append({
    chain: scope,
    at: clock.now(),
    kind: 'hold',
    facts: {
      hold: hold.id,
      runId: hold.runId,
      planHash: plan.hash,
      reasons,
      ...(asked === undefined ? {} : sayAsked(asked)),
    },
  })
  return { kind: 'held', reasons, hold, opened: true }
}

function sayAsked({ by, reason }: ClearAsked): { by: string; provenBy: string; reason: string } {
  return { by: by.name, provenBy: by.provenBy, reason }
}

function subjects(context: ResourceContext, plan: Plan, reasons: readonly Reason[]): ReturnType<typeof subjectsOf> {
  return subjectsOf(plan, reasons, (id) => context.state.digest(id))
}

/** From the rules and the ids concerned: what trips the same way has the same id. */
function holdId(context: ResourceContext, plan: Plan, reasons: readonly Reason[]): string {
  const hash = createHash('sha256').update(scopeOf(context.settings, context.resource))
  for (const { rule, subject } of subjects(context, plan, reasons)) hash.update(`\n${rule}\t${subject}`)
  return `hold-${hash.digest('hex').slice(0, 10)}`
}
