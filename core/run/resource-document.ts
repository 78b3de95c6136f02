/** What the run's document says of one resource. */
import { toInstant } from '../clock.ts'
import { firstOf, type HoldDocument, itemDocument, type ResourceDocument, sourceDocument } from './document.ts'
import { errorDocument } from '../errors.ts'
import { exitCodeOf, type Fate, isDegraded } from './fate.ts'
import type { Hold } from '../state/state.ts'
import type { Verdict } from './hold.ts'
import type { Prepared } from './prepare.ts'

const PROBLEM_LIMIT = 1000

/** @param itemLimit how many changes are listed; 0: none, and no list */
export function resourceDocument(fate: Fate, itemLimit: number): ResourceDocument {
  const { context, requests, warnings, prepared, verdict, pushed, outcome, error } = fate
  const { resource } = context
  return {
    name: resource.name,
    type: resource.type.name,
    application: resource.application.name,
    resourceIds: (prepared?.cleared ?? resource).resourceIds,
    outcome: outcome ?? 'failed',
    exitCode: exitCodeOf(fate),
    ...(prepared?.cleared === undefined ? {} : { cleared: true as const }),
    ...(isDegraded(fate) ? { degraded: true as const } : {}),
    ...(prepared === undefined ? {} : preparedDocument(prepared, itemLimit, pushed?.pushed ?? 0)),
    ...(warnings.length === 0 ? {} : { warnings }),
    requests: { ...requests },
    stages: fate.stages.times().map(({ stage, startedAt, ms }) => ({ stage, startedAt: toInstant(startedAt), ms })),
    ...(pushed === undefined ? {} : { verified: pushed.verified, answers: pushed.answers }),
    ...(verdict?.kind === 'held' ? { hold: holdDocument(verdict, context.settings.server.publicUrl) } : {}),
    ...(verdict?.kind === 'approved' ? approvalOf(verdict.hold) : {}),
    ...(fate.changedSince === undefined ? {} : { changedSince: fate.changedSince }),
    ...(error === undefined ? {} : { error: errorDocument(error) }),
  }
}

function preparedDocument(
  { plan, sources, asOf }: Prepared,
  itemLimit: number,
  pushed: number,
): Partial<ResourceDocument> {
  const { moved, ...changes } = plan.counts
  const { blank, inferred, ...records } = plan.records
  const total = plan.items.length
  return {
    baseline: plan.baseline,
    planHash: plan.hash,
    asOf: toInstant(asOf),
    records: { ...records, ...(inferred === 0 ? {} : { inferred }), pushed, ...(blank === 0 ? {} : { blank }) },
    changes: plan.parts.length > 1 ? { ...changes, moved } : changes,
    ...(itemLimit === 0 ? {} : { items: firstOf(plan.items, itemLimit).map(itemDocument) }),
    ...(itemLimit === 0 || total <= itemLimit ? {} : { itemsTotal: total }),
    problems: firstOf(plan.problems, PROBLEM_LIMIT),
    ...(plan.problems.length <= PROBLEM_LIMIT ? {} : { problemsTotal: plan.problems.length }),
    ...(plan.conflicts.length === 0
      ? {}
      : { conflicts: firstOf(plan.conflicts, PROBLEM_LIMIT), conflictsTotal: plan.conflicts.length }),
    sources: sources.map(sourceDocument),
    bytes: plan.parts.reduce((sum, part) => sum + part.bytes, 0),
  }
}

function holdDocument(
  { reasons, hold }: Extract<Verdict, { kind: 'held' }>,
  publicUrl: string | undefined,
): HoldDocument {
  if (hold === undefined) return { reasons }
  const url = publicUrl === undefined ? {} : { url: `${publicUrl}/holds/${hold.id}` }
  return { id: hold.id, status: hold.status, expiresAt: toInstant(hold.expiresAt), ...url, reasons }
}

function approvalOf({ id, decision }: Hold): Pick<ResourceDocument, 'approval'> {
  if (decision === undefined) return {}
  const { by, provenBy, reason, at } = decision
  return { approval: { hold: id, by, provenBy, reason, at: toInstant(at) } }
}
