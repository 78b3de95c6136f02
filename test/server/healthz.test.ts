import { expect, test } from 'vitest'
import { DAY, HOUR, toInstant } from '../../core/clock.ts'
import type { ResourceStatus } from '../../core/health/status.ts'
import { healthReport } from '../../server/healthz.ts'

const NOW = Date.UTC(2026, 10, 23)
const PAUSED = { since: toInstant(NOW), until: toInstant(NOW + DAY), by: 'ada', reason: 'x' }

test.each<[string, Partial<ResourceStatus>, number, boolean]>([
  ['healthy is well', { health: 'healthy' }, 0, true],
  ['degraded is well enough', { health: 'degraded' }, 0, true],
  ['failing is not', { health: 'failing' }, 0, false],
  ['stale is not', { health: 'stale' }, 0, false],
  ['disconnected is not', { health: 'disconnected' }, 0, false],
  ['held waits for a person who was told', { health: 'held', ageSeconds: 3600, maxAgeSeconds: 86_400 }, 0, true],
  ['held without maxAge waits as long as it takes', { health: 'held', ageSeconds: 1e7 }, 0, true],
  ['held for longer than maxAge is not', { health: 'held', ageSeconds: 90_000, maxAgeSeconds: 86_400 }, 0, false],
  ['never run is well for maxAge from the start on', { health: 'never run', maxAgeSeconds: 86_400 }, HOUR, true],
  ['never run within maxAge is not', { health: 'never run', maxAgeSeconds: 86_400 }, DAY + HOUR, false],
  ['never run without maxAge is nobody’s concern', { health: 'never run' }, 100 * DAY, true],
  ['paused does not count', { health: 'failing', paused: PAUSED }, 0, true],
])('%s', (_, status, upMs, ok) => {
  const resource: ResourceStatus = {
    name: 'people',
    type: 'user_account',
    application: 'people-x',
    resourceIds: [],
    health: 'healthy',
    failuresInRow: 0,
    ...status,
  }
  const snapshot = { at: toInstant(NOW), configHash: '', daemons: [], runs: [], resources: [resource] }
  expect(healthReport(snapshot, NOW - upMs).status).toBe(ok ? 'ok' : 'unhealthy')
})
