/** What the state keeps, as the API tells it: instants as text, no digests of ours, personal data masked. */
import { toInstant } from '../../core/clock.ts'
import type { StatusSnapshot } from '../../core/health/status.ts'
import type { RunDocument } from '../../core/run/document.ts'
import { maskError, maskPlaces, maskRun } from '../../core/run/redact.ts'
import type { CheckRow, Hold, ResourceRunRow, RunRecord } from '../../core/state/state.ts'
import type { ApiCall } from './route.ts'

type Mask = ApiCall['mask']

export function statusDocument(snapshot: StatusSnapshot, mask: Mask): StatusSnapshot {
  if (mask === undefined) return snapshot
  const resources = snapshot.resources.map((resource) => ({
    ...resource,
    ...(resource.wrong === undefined ? {} : { wrong: maskPlaces(resource.wrong, mask) }),
    ...(resource.error === undefined ? {} : { error: maskError(resource.error, mask) }),
  }))
  return { ...snapshot, resources }
}

export function rowDocument(row: ResourceRunRow, mask: Mask): object {
  const { scope: _scope, at, asOf, error, ...rest } = row
  return {
    ...rest,
    at: toInstant(at),
    ...(asOf === undefined ? {} : { asOf: toInstant(asOf) }),
    ...(error === undefined ? {} : { error: mask === undefined ? error : maskError(error, mask) }),
  }
}

/** Without what it changed. */
export function runDocument(run: RunRecord, mask: Mask): object {
  const { document: _document, startedAt, finishedAt, erasedAt, resources, ...rest } = run
  return {
    ...rest,
    startedAt: toInstant(startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: toInstant(finishedAt) }),
    ...(erasedAt === undefined ? {} : { erasedAt: toInstant(erasedAt) }),
    resources: resources.map((row) => rowDocument(row, mask)),
  }
}

export function fullDocument({ document }: RunRecord, mask: Mask): RunDocument | undefined {
  if (document === undefined) return undefined
  const whole = document as RunDocument
  return mask === undefined ? whole : maskRun(whole, mask)
}

export function holdDocument({ scope: _scope, openedAt, expiresAt, decision, ...rest }: Hold): object {
  return {
    ...rest,
    openedAt: toInstant(openedAt),
    expiresAt: toInstant(expiresAt),
    ...(decision === undefined ? {} : { decision: { ...decision, at: toInstant(decision.at) } }),
  }
}

export function checkDocument(check: CheckRow): object {
  return { ...check, at: toInstant(check.at) }
}
