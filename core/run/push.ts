/** PUT, read back, record: part by part, in an order in which nobody is ever absent. */
import { randomUUID } from 'node:crypto'
import { RefusedError, type SyncError, toSyncError } from '../errors.ts'
import type { Baseline, BaselinePart } from '../plan/baseline.ts'
import type { Plan, PlanItem, PlanPart, SnapshotRecord } from '../plan/plan.ts'
import { READ_SCOPE } from '../resource.ts'
import type { BaselineCommit } from '../state/state.ts'
import type { RequestCounter, VantaClient } from '../vanta/client.ts'
import { changedNothing, refusedAt } from '../vanta/outcome.ts'
import { bodyOf } from './body.ts'
import type { ResourceContext } from './context.ts'
import { readBack } from './read-back.ts'
import { targetOf } from './target.ts'
import { type Verification, verifyHeld } from './verify.ts'

export interface PushRequest {
  readonly context: ResourceContext
  readonly plan: Plan
  readonly baseline: Baseline
  readonly client: VantaClient
  readonly requests: RequestCounter
  /** True when an approval covers the departures: they do not count towards the window. */
  readonly approved: boolean
  /** Digests of earlier departures within the window. */
  readonly earlier: ReadonlySet<string>
}

export interface PushResult {
  /** Records that Vanta confirmed. */
  readonly pushed: number
  /** All parts were confirmed. */
  readonly complete: boolean
  readonly verified: boolean
  readonly warnings: readonly { code: string; message: string }[]
  readonly error?: SyncError
  /** The raw answers, in order. */
  readonly answers: readonly { status: number; text: string }[]
}

interface Progress {
  pushed: number
  verified: boolean
  readonly confirmed: Set<string>
  readonly warnings: { code: string; message: string }[]
  readonly answers: { status: number; text: string }[]
}

export async function pushPlan(request: PushRequest): Promise<PushResult> {
  const { context, plan } = request
  const progress: Progress = {
    pushed: 0,
    verified: context.resource.verify,
    confirmed: new Set(),
    warnings: [],
    answers: [],
  }
  const order = pushOrder(plan.parts, request.baseline.parts)
  try {
    for (const [index, part] of order.entries()) {
      refuseEarlyLoss(part, progress)
      await pushPart(request, part, progress)
      context.emit({
        kind: 'part-pushed',
        resource: context.resource.name,
        part: index + 1,
        of: order.length,
        records: part.records.length,
      })
    }
  } catch (error) {
    context.signal.throwIfAborted()
    return { ...progress, complete: false, verified: false, error: toSyncError(error, 70, 'bug', 'The push failed') }
  }
  return { ...progress, complete: true }
}

/** New resource ids first, kept ones next, those that left the list last; what left and is empty is let be. */
export function pushOrder(parts: readonly PlanPart[], baseline: readonly BaselinePart[]): PlanPart[] {
  const rank = (part: PlanPart): number => {
    if (!part.current) return 2
    return baseline.find(({ resourceId }) => resourceId === part.resourceId)?.confirmedAt === undefined ? 0 : 1
  }
  const due = parts.filter((part) => part.current || part.leaving.length > 0)
  return due.sort((a, b) => rank(a) - rank(b) || a.waitsFor.size - b.waitsFor.size)
}

/** Who moves from one resource id to another must have arrived before the old one lets go. */
function refuseEarlyLoss(part: PlanPart, { confirmed }: Progress): void {
  const lacking = [...part.waitsFor].filter((resourceId) => !confirmed.has(resourceId))
  if (lacking.length === 0) return
  throw new RefusedError(
    'waits-for-parts',
    `Resource id ${part.resourceId} must wait for ${lacking.join(', ')}, which gains its records and was not confirmed`,
  )
}

async function pushPart(request: PushRequest, part: PlanPart, progress: Progress): Promise<void> {
  const { context, plan, client, requests } = request
  const { state, resource, clock } = context
  const target = targetOf(context.settings, resource, part.resourceId)
  const push = {
    id: randomUUID(),
    runId: context.runId,
    target,
    planHash: plan.hash,
    startedAt: clock.now(),
    records: part.records.length,
  }
  const unsettled = await state.pushes.pending(target)
  await state.pushes.begin(push)
  context.emit({ kind: 'stage', resource: resource.name, stage: 'push' })
  try {
    const body = bodyOf(part)
    const answer = await client.putRecords({
      path: resource.type.path,
      resourceId: part.resourceId,
      body,
      records: part.records.length,
      requests,
    })
    progress.answers.push(answer)
  } catch (error) {
    // What an earlier PUT left unknown stays so: this one changed nothing, and what was read back is not in the state.
    if (changedNothing(error, context.signal))
      await (unsettled === undefined ? state.pushes.withdraw(push.id) : state.pushes.begin(unsettled))
    throw withPlace(error, part)
  }
  await state.baselines.commit(commitOf(request, part))
  progress.confirmed.add(part.resourceId)
  progress.pushed += part.records.length
  if (resource.verify) await verifyPart(request, part, progress)
}

/** A refusal that names an element, with the record's source row instead of its number. */
function withPlace(error: unknown, part: PlanPart): unknown {
  const refused = refusedAt(error)
  if (refused === undefined) return error
  let index = 0
  for (const { at } of part.records) {
    if (index++ !== refused.index) continue
    return new RefusedError(
      'records-refused',
      `Vanta refused the set because of the record from ${at}: ${refused.text}`,
      {
        hint: 'Nothing changed in Vanta: it takes all records or none. Mend this row or its mapping, then run again.',
        cause: error,
      },
    )
  }
  return error
}

function commitOf(request: PushRequest, part: PlanPart): BaselineCommit {
  const { context, plan, baseline } = request
  const held = baseline.parts.find(({ resourceId }) => resourceId === part.resourceId)
  const replace = held?.origin !== 'state'
  return {
    target: targetOf(context.settings, context.resource, part.resourceId),
    runId: context.runId,
    confirmedAt: context.clock.now(),
    origin: 'push',
    siblings: context.resource.resourceIds,
    replace,
    removed: part.leaving,
    upserted: written(part, replace),
    departed: { digests: digests(request, part, (item) => item.departs), approved: request.approved },
    returned: returned(request, plan),
  }
}

function* written(part: PlanPart, all: boolean): Generator<SnapshotRecord> {
  for (const record of part.records) if (all || record.write) yield record
}

function* digests(
  { context, plan, baseline }: PushRequest,
  part: PlanPart,
  concerns: (item: PlanItem) => boolean,
): Generator<string> {
  // The items are read once for each part; most pushes need none of them.
  if (plan.departures === 0) return
  const index = baseline.parts.findIndex(({ resourceId }) => resourceId === part.resourceId)
  for (const item of plan.items) if (item.part === index && concerns(item)) yield context.state.digest(item.uniqueId)
}

/** Ids that the plan brings back, among those that left within the window. */
export function* returned(
  { context, earlier }: Pick<PushRequest, 'context' | 'earlier'>,
  plan: Plan,
): Generator<string> {
  if (earlier.size === 0) return
  for (const item of plan.items) {
    if (item.departs || (item.change !== 'add' && item.change !== 'change')) continue
    const digest = context.state.digest(item.uniqueId)
    if (earlier.has(digest)) yield digest
  }
}

async function verifyPart(request: PushRequest, part: PlanPart, progress: Progress): Promise<void> {
  const { context, client, requests } = request
  const { resource } = context
  if (!resource.application.scopes.includes(READ_SCOPE)) return
  context.emit({ kind: 'stage', resource: resource.name, stage: 'verify' })
  let verification: Verification
  try {
    verification = await verifyHeld(part.records, () => readBack(client, resource, part.resourceId, requests), context)
  } catch (error) {
    context.signal.throwIfAborted()
    progress.verified = false
    const { message } = toSyncError(error, 21, 'read-back', 'Read-back failed')
    progress.warnings.push({
      code: 'not-verified',
      message: `Vanta confirmed the push, and reading back failed: ${message}`,
    })
    return
  }
  await judge(request, part, { verification, progress })
}

async function judge(
  request: PushRequest,
  part: PlanPart,
  seen: { verification: Verification; progress: Progress },
): Promise<void> {
  const { missing, extra, different, fields, held } = seen.verification
  if (missing > 0 || extra > 0) {
    await adopt(request, part, held)
    throw new RefusedError(
      'not-held',
      `Vanta confirmed ${part.records.length} records for resource id ${part.resourceId}, and reading back lacks ${missing} and has ${extra} more`,
      {
        hint: 'What was read back is now the baseline. Does another program push to this resource id? The next run plans against what Vanta really holds.',
      },
    )
  }
  if (different === 0) return
  seen.progress.verified = false
  seen.progress.warnings.push({
    code: 'values-differ',
    message: `Vanta holds other values than were pushed in ${different} records, in: ${fields.join(', ')}`,
  })
}

/** What Vanta holds does not say since when somebody is gone; we still know. */
async function adopt({ context }: PushRequest, part: PlanPart, held: Verification['held']): Promise<void> {
  const gone = new Map<string, number>()
  for (const { uniqueId, goneAt } of part.records) if (goneAt !== undefined) gone.set(uniqueId, goneAt)
  await context.state.baselines.commit({
    target: targetOf(context.settings, context.resource, part.resourceId),
    runId: context.runId,
    confirmedAt: context.clock.now(),
    origin: 'read',
    siblings: context.resource.resourceIds,
    replace: true,
    removed: [],
    upserted: held.map(({ uniqueId, body }) => {
      const goneAt = gone.get(uniqueId)
      return { uniqueId, body, acceptedAt: null, ...(goneAt === undefined ? {} : { goneAt }) }
    }),
  })
}
