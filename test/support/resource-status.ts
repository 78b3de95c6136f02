/** Statuses and notifiers as alarms are decided by. */
import type { Addressee } from '../../core/alarm/decide.ts'
import type { ResourceStatus } from '../../core/health/status.ts'
import type { Hold, HoldReason } from '../../core/state/state.ts'
import { HOUR } from '../../core/clock.ts'
import { START } from './fake-clock.ts'

export function statusOf(change: Partial<ResourceStatus> = {}): ResourceStatus {
  return {
    name: 'people-accounts',
    type: 'user_account',
    application: 'people-x',
    resourceIds: ['66f1c2a9e4b0a1d2c3e4f567'],
    health: 'healthy',
    failuresInRow: 0,
    lastOutcome: 'pushed',
    lastRunId: 'run-1',
    lastSuccessAt: '2026-11-23T08:17:00Z',
    records: 100,
    ...change,
  }
}

export function failingStatus(change: Partial<ResourceStatus> = {}): ResourceStatus {
  const error = { code: 'csv-cut-off', message: 'The export ends in the middle of a row' }
  return statusOf({ health: 'failing', lastOutcome: 'failed', lastExitCode: 12, failuresInRow: 1, error, ...change })
}

export const TOO_MANY_LEAVE: HoldReason = {
  rule: 'maxRemoved',
  limit: '5%',
  allowed: 5,
  actual: 42,
  of: 100,
  message: '42 of 100 that Vanta holds (42 %) would leave or be deactivated; maxRemoved 5% allows 5',
}

export function holdOf(change: Partial<Hold> = {}): Hold {
  return {
    id: 'hold-1a2b3c4d5e',
    scope: 'scope-1',
    resource: 'people-accounts',
    runId: 'run-1',
    planHash: 'hash',
    reasons: [TOO_MANY_LEAVE],
    status: 'open',
    openedAt: START,
    expiresAt: START + 72 * HOUR,
    ...change,
  }
}

export function addressee(change: Partial<Addressee> = {}): Addressee {
  return { name: 'slack', remindMs: 24 * HOUR, ...change }
}
