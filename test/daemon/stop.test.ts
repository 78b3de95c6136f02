import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../core/clock.ts'
import type { RunEvent, Stage } from '../../core/run/events.ts'
import { createDeferred } from '../../daemon/deferred.ts'
import type { Daemon } from '../../daemon/start.ts'
import { type Night, useNights } from './fixture.ts'

const openNight = useNights()

const HOURLY = { cron: '17 * * * *', zone: 'UTC', jitterMs: 0 }
const OTHER_ID = '66f1c2a9e4b0a1d2c3e4f568'

/** Two resources of one application; `told` decides at each event of the run. */
async function startWith(night: Night, told: (event: RunEvent, daemon: () => Daemon | undefined) => void) {
  night.setResources((one) => [
    { ...one, timeoutMs: 24 * HOUR, schedule: HOURLY },
    { ...one, name: 'others', resourceIds: [OTHER_ID], timeoutMs: 24 * HOUR, schedule: HOURLY },
  ])
  let daemon: Daemon | undefined
  daemon = await night.start({
    hear(event) {
      night.heard.push(event)
      told(event, () => daemon)
    },
  })
  return daemon
}

async function stoppedAt(night: Night, stage: Stage): Promise<Daemon> {
  const asked = createDeferred()
  let stopping: Promise<void> | undefined
  const daemon = await startWith(night, (event, self) => {
    if (event.kind !== 'stage' || event.stage !== stage || stopping !== undefined) return
    stopping = self()?.stop()
    asked.resolve()
  })
  await night.clock.advance(16 * MINUTE)
  await asked.promise
  await stopping
  return daemon
}

function puts(night: Night): number {
  return night.sandbox.control.requests().filter(({ method }) => method === 'PUT').length
}

describe('a daemon that is stopped', () => {
  it.each(['read', 'plan'] as const)('while a run is at %s cuts it, and nothing is pushed', async (stage) => {
    const night = await openNight()
    const daemon = await stoppedAt(night, stage)
    expect(daemon.cut).toBe(false)
    expect(puts(night)).toBe(0)
    expect(await night.state.runs.list({})).toMatchObject([{ status: 'finished', outcome: 'failed', exitCode: 143 }])
  })

  it.each(['push', 'verify'] as const)(
    'while a run is at %s lets that resource go to its end, and begins no other',
    async (stage) => {
      const night = await openNight()
      const daemon = await stoppedAt(night, stage)
      expect(daemon.cut).toBe(false)
      expect(puts(night)).toBe(1)
      const [run] = await night.state.runs.list({})
      expect(run).toMatchObject({
        exitCode: 143,
        resources: [{ resource: 'accounts', outcome: 'pushed', success: true }],
      })
      expect(night.held()).toHaveLength(3)
    },
  )

  it('cuts a push that does not end within the grace; the next run settles by reading back', async () => {
    const night = await openNight()
    night.sandbox.control.fail({ method: 'PUT' }, { delay: 600_000 })
    const pushing = createDeferred()
    const daemon = await startWith(night, (event) => {
      if (event.kind === 'stage' && event.stage === 'push') pushing.resolve()
    })
    await night.clock.advance(16 * MINUTE)
    await pushing.promise
    const stopped = daemon.stop()
    await night.pass(4000, 1000)
    expect(daemon.cut).toBe(false)
    await night.pass(2000, 1000)
    await stopped
    expect(daemon.cut).toBe(true)
    const [cut] = await night.state.runs.list({})
    expect(cut).toMatchObject({ exitCode: 143, resources: [] })
    night.sandbox.control.clearFaults()
    await night.start()
    await night.pass(2 * MINUTE)
    const [settled] = await night.state.runs.list({})
    expect(settled).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    expect(night.held()).toHaveLength(6)
  })

  it('leaves the slot that it cut to the next daemon, which runs it at once and says why', async () => {
    const night = await openNight()
    await stoppedAt(night, 'read')
    await night.clock.advance(1000)
    await night.start()
    await night.pass(MINUTE)
    expect(night.held()).toHaveLength(6)
    const [latest] = await night.state.runs.list({})
    expect(latest?.startedBy).toBe('schedule@night, catching up the slot 2026-11-23T00:17:00Z')
  })

  it('is no longer among the daemons, and starts nothing more', async () => {
    const night = await openNight()
    night.setResources((one) => [{ ...one, schedule: HOURLY }])
    const daemon = await night.start()
    expect(await night.state.daemons.list()).toMatchObject([{ host: 'night' }])
    await daemon.stop()
    await daemon.promise
    expect(await night.state.daemons.list()).toEqual([])
    await night.pass(2 * HOUR)
    expect(night.heard).toEqual([])
    await expect(daemon.operator.runNow('accounts', { name: 'ada', provenBy: 'test' })).rejects.toMatchObject({
      code: 'stopping',
    })
    expect(night.clock.sleeping).toBe(0)
  })
})
