import { describe, expect, it } from 'vitest'
import type { Health, ResourceStatus, StatusSnapshot } from '../../../core/health/status.ts'
import { byNeed, headline } from '../../../server/pages/triage.ts'

function resource(name: string, health: Health, more: Partial<ResourceStatus> = {}): ResourceStatus {
  const [type, application] = ['user_account', 'people-x']
  return { name, type, application, resourceIds: [], health, failuresInRow: 0, ...more }
}

function snapshot(...resources: ResourceStatus[]): StatusSnapshot {
  return { at: '2026-11-27T09:30:00Z', configHash: '', daemons: [], resources, runs: [] }
}

const KEPT = { cron: '17 * * * *', zone: 'UTC', next: '2026-11-27T10:17:00Z', kept: true }
const PAUSED = { since: '2026-11-27T09:00:00Z', until: '2026-11-28T09:00:00Z', by: 'ada', reason: 'move' }

describe('the headline', () => {
  it('says that all are well when they are', () => {
    expect(headline(snapshot(resource('a', 'healthy'), resource('b', 'healthy')))).toEqual({
      tone: 'good',
      says: 'All 2 resources are well',
      who: '',
      more: '',
    })
    expect(headline(snapshot(resource('a', 'healthy'))).says).toBe('a is well')
  })

  it('names the one that needs somebody, and names several in the sentence below', () => {
    const well = resource('a', 'healthy')
    expect(headline(snapshot(well, resource('b', 'held')))).toMatchObject({
      tone: 'warn',
      says: '1 of 2 needs somebody: b is held',
    })
    expect(headline(snapshot(well, resource('b', 'held'), resource('c', 'stale')))).toMatchObject({
      tone: 'bad',
      says: '2 of 3 resources need somebody',
      who: 'c is stale and b is held',
    })
    expect(headline(snapshot(resource('b', 'failing'))).says).toBe('Somebody is needed: b is failing')
  })

  it('needs nobody for what is paused, degraded, or will run for the first time', () => {
    const { tone, says, more } = headline(
      snapshot(
        resource('a', 'failing', { paused: PAUSED }),
        resource('b', 'degraded'),
        resource('c', 'never run', { schedule: KEPT }),
        resource('d', 'healthy'),
      ),
    )
    expect(tone).toBe('calm')
    expect(says).toBe('Nobody is needed: 1 of 4 resources are well')
    expect(more).toBe('b is degraded; a is paused; 1 resource will run for the first time')
  })

  it('needs somebody for what never ran and nobody will run', () => {
    const left = [resource('a', 'never run'), resource('b', 'never run', { schedule: { ...KEPT, kept: false } })]
    expect(headline(snapshot(...left))).toMatchObject({ says: '2 of 2 resources need somebody' })
  })
})

it('what needs somebody comes first, the worst of it before the rest, the paused before the healthy', () => {
  const order = byNeed([
    resource('healthy', 'healthy'),
    resource('paused', 'disconnected', { paused: PAUSED }),
    resource('degraded', 'degraded'),
    resource('waiting', 'never run', { schedule: KEPT }),
    resource('held', 'held'),
    resource('stale', 'stale'),
    resource('failing', 'failing'),
    resource('disconnected', 'disconnected'),
  ])
  expect(order.map(({ name }) => name)).toEqual([
    'disconnected',
    'failing',
    'stale',
    'held',
    'waiting',
    'degraded',
    'paused',
    'healthy',
  ])
})
