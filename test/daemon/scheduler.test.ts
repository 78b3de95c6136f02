import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../core/clock.ts'
import { pauseResource } from '../../core/decision/pause.ts'
import type { ScheduleSpec } from '../../core/resource.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { createDeferred } from '../../daemon/deferred.ts'
import { people } from '../support/workshop.ts'
import { type Night, useNights } from './fixture.ts'

const openNight = useNights()

const HOURLY: ScheduleSpec = { cron: '17 * * * *', zone: 'UTC', jitterMs: 0 }
const OTHER_ID = '66f1c2a9e4b0a1d2c3e4f568'

function started(night: Night): Extract<RunEvent, { kind: 'run-started' }>[] {
  return night.heard.filter((event) => event.kind === 'run-started')
}

describe('a schedule', () => {
  it('starts a run at each of its slots, and the history says who started it', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: HOURLY }])
    await night.start()
    await night.pass(15 * MINUTE)
    expect(started(night)).toEqual([])
    await night.pass(2 * MINUTE)
    expect(started(night)).toHaveLength(1)
    expect(night.held()).toHaveLength(3)
    await night.pass(3 * HOUR)
    expect(started(night)).toHaveLength(4)
    const [latest] = await night.state.runs.list({})
    expect(latest).toMatchObject({ startedBy: 'schedule@night, slot 2026-11-23T03:17:00Z', outcome: 'succeeded' })
  })

  it('delays by its jitter, always by the same', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: { ...HOURLY, jitterMs: 10 * MINUTE } }])
    await night.start()
    await night.pass(3 * HOUR, 10_000)
    const runs = await night.state.runs.list({})
    const seconds = runs.map(({ startedAt }) => Math.round((startedAt % HOUR) / 10_000))
    expect(runs).toHaveLength(3)
    expect(new Set(seconds).size).toBe(1)
    expect((runs[0]?.startedAt ?? 0) % HOUR).toBeGreaterThan(17 * MINUTE)
  })

  it('of two resources of one application makes one run with one token', async () => {
    const night = await openNight()
    night.setResources((one) => [
      { ...one, schedule: { ...HOURLY, jitterMs: MINUTE } },
      { ...one, name: 'others', resourceIds: [OTHER_ID], schedule: { ...HOURLY, jitterMs: MINUTE } },
    ])
    await night.start()
    await night.pass(20 * MINUTE, 5000)
    expect(started(night)).toMatchObject([{ names: ['accounts', 'others'] }])
    const tokens = night.sandbox.control.requests().filter(({ path }) => path === '/oauth/token')
    expect(tokens).toHaveLength(1)
  })

  it('catches up once what was missed while nobody was there, and says so', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: HOURLY }])
    const first = await night.start()
    await night.pass(20 * MINUTE)
    await first.stop()
    await night.clock.advance(5 * HOUR)
    await night.start()
    await night.pass(2 * MINUTE)
    expect(started(night)).toHaveLength(2)
    expect(night.logged).toContainEqual({
      level: 'warn',
      message: 'slots were missed; they are caught up once, now',
      facts: expect.objectContaining({ resource: 'accounts', slot: '2026-11-23T05:17:00Z', missed: 4 }),
    })
    const [latest] = await night.state.runs.list({})
    expect(latest?.startedBy).toBe('schedule@night, catching up the slot 2026-11-23T05:17:00Z')
  })

  it('is kept once by two daemons on one state', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: { ...HOURLY, jitterMs: MINUTE } }])
    await night.start()
    await night.start()
    await night.pass(6 * HOUR)
    expect(started(night)).toHaveLength(6)
  })

  it('leaves a paused resource alone, and takes it up once when the pause is over', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: HOURLY }])
    const daemon = await night.start()
    const by = { name: 'ada', provenBy: 'test' }
    const [resource] = daemon.operator.settings.resources
    if (resource === undefined) throw new Error('there is one')
    const context = { state: night.state, settings: daemon.operator.settings, clock: night.clock }
    await pauseResource(context, { resource, by, reason: 'the HR system moves', forMs: 3 * HOUR })
    await night.pass(2 * HOUR)
    expect(started(night)).toEqual([])
    await night.pass(70 * MINUTE)
    expect(started(night)).toHaveLength(1)
  })

  it('never starts a run of an application while another one goes on; it follows it', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, timeoutMs: 10 * HOUR, schedule: HOURLY }])
    const released = createDeferred()
    night.table.before = () => released.promise
    const daemon = await night.start({
      hear: (event) => void night.heard.push(event),
    })
    await night.clock.advance(17 * MINUTE)
    await night.pass(3 * HOUR, 10 * MINUTE)
    expect(started(night)).toHaveLength(1)
    await expect(daemon.operator.runNow('accounts', { name: 'ada', provenBy: 'test' })).rejects.toMatchObject({
      code: 'busy',
    })
    night.table.before = async () => undefined
    released.resolve()
    await night.pass(2 * MINUTE)
    expect(started(night)).toHaveLength(2)
    expect(night.logged.some(({ message }) => message.includes('missed'))).toBe(true)
  })

  it('of a source that fails goes on, and the next slot is tried', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: HOURLY }])
    night.table.ending = 'fails'
    const daemon = await night.start()
    await night.pass(80 * MINUTE)
    expect(started(night)).toHaveLength(2)
    expect((await daemon.operator.snapshot()).resources[0]).toMatchObject({ health: 'failing', failuresInRow: 2 })
    night.table.ending = 'complete'
    night.table.rows = people(3)
    await night.pass(HOUR)
    expect((await daemon.operator.snapshot()).resources[0]).toMatchObject({ health: 'healthy', records: 3 })
  })
})
