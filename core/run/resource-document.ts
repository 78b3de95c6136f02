/** What the run's document says of one resource. */
import { toInstant } from '../clock.ts'
import { firstOf, type HoldDocument, itemDocument, type ResourceDocument, sourceDocument } from './document.ts'
import { errorDocument } from '../errors.ts'
import { exitCodeOf, type Fate, isDegraded } from './fate.ts'
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
    resourceIds: resource.resourceIds,
    outcome: outcome ?? 'failed',
    exitCode: exitCodeOf(fate),
    ...(isDegraded(fate) ? { degraded: true as const } : {}),
    ...(prepared === undefined ? {} : preparedDocument(prepared, itemLimit, pushed?.pushed ?? 0)),
    ...(warnings.length === 0 ? {} : { warnings }),
    requests: { ...requests },
    stages: fate.stages.times().map(({ stage, startedAt, ms }) => ({ stage, startedAt: toInstant(startedAt), ms })),
    ...(pushed === undefined ? {} : { verified: pushed.verified, answers: pushed.answers }),
    ...(verdict?.kind === 'held' ? { hold: holdDocument(verdict) } : {}),
    ...(error === undefined ? {} : { error: errorDocument(error) }),
  }
}

function preparedDocument(
  { plan, sources, asOf }: Prepared,
  itemLimit: number,
  pushed: number,
): Partial<ResourceDocument> {
  const { moved, ...changes } = plan.counts
  const { blank, ...records } = plan.records
  const total = plan.items.length
  return {
    baseline: plan.baseline,
    planHash: plan.hash,
    asOf: toInstant(asOf),
    records: { ...records, pushed, ...(blank === 0 ? {} : { blank }) },
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

function holdDocument({ reasons, hold }: Extract<Verdict, { kind: 'held' }>): HoldDocument {
  if (hold === undefined) return { reasons }
  return { id: hold.id, status: hold.status, expiresAt: toInstant(hold.expiresAt), reasons }
}
