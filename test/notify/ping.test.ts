/** Dead man's switches, as their server hears of runs. */
import { describe, expect, it } from 'vitest'
import type { NotifierSpec } from '../../core/resource.ts'
import { type PingedResource, type PingLimits, pingRun } from '../../notify/ping.ts'
import { createAutoClock } from '../support/fake-clock.ts'
import { type Desk, useDesks } from '../support/notify-desk.ts'
import { notifier, secretRef } from '../support/notify-settings.ts'
import type { Recorder } from '../support/recorder.ts'

const desks = useDesks()

/** For what never answers. */
const SHORT = { startMs: 300, endMs: 600 }

function switchAt({ url }: Recorder, change: Partial<NotifierSpec> = {}): NotifierSpec {
  const at = (moment: string) => secretRef(`${url}/secret/${moment}`)
  return notifier({ kind: 'ping', start: at('start'), success: at('ok'), failure: at('fail') }, change)
}

async function ping(
  desk: Desk,
  notify: readonly NotifierSpec[],
  run: { names: readonly string[]; ended?: readonly PingedResource[]; limits?: PingLimits },
): Promise<void> {
  await pingRun({ context: { ...desk.context(notify), clock: createAutoClock() }, ...run })
}

function heard({ requests }: Recorder): string[] {
  return requests.map(({ method, path, body }) => `${method} ${path} ${body.trim().replaceAll('\n', ', ')}`.trim())
}

const names = ['people', 'laptops']
const pushed = names.map((name) => ({ name, outcome: 'pushed' }))

describe('A dead man’s switch', () => {
  it('hears of the start, and of a success when all was pushed', async () => {
    const server = await desks.record()
    const desk = await desks.open()
    await ping(desk, [switchAt(server)], { names })
    await ping(desk, [switchAt(server)], { names, ended: pushed })
    expect(heard(server)).toEqual([
      'POST /secret/start people: starts, laptops: starts',
      'POST /secret/ok people: pushed, laptops: pushed',
    ])
  })

  it.each([
    ['held', [{ name: 'people', outcome: 'held' }, ...pushed.slice(1)], 'people: held, laptops: pushed'],
    ['not reached', pushed.slice(0, 1), 'people: pushed, laptops: not reached'],
    ['never begun', [], 'people: not reached, laptops: not reached'],
  ])('hears of a failure when something was %s', async (_, ended, says) => {
    const server = await desks.record()
    await ping(await desks.open(), [switchAt(server)], { names, ended })
    expect(heard(server)).toEqual([`POST /secret/fail ${says}`])
  })

  it('looks at its own resources alone, and hears nothing of runs without them', async () => {
    const server = await desks.record()
    const desk = await desks.open()
    const own = [switchAt(server, { resources: ['laptops'] })]
    await ping(desk, own, { names, ended: [{ name: 'people', outcome: 'failed' }, ...pushed.slice(1)] })
    await ping(desk, own, { names: ['people'] })
    await ping(desk, own, { names: ['people'], ended: pushed })
    expect(heard(server)).toEqual(['POST /secret/ok laptops: pushed'])
  })

  it('leaves out what is paused, and hears nothing when all is', async () => {
    const server = await desks.record()
    const desk = await desks.open()
    const paused = { name: 'people', outcome: 'skipped', paused: { until: 'x' } }
    await ping(desk, [switchAt(server)], { names, ended: [paused, ...pushed.slice(1)] })
    await ping(desk, [switchAt(server)], { names: ['people'], ended: [paused] })
    expect(heard(server)).toEqual(['POST /secret/ok laptops: pushed'])
  })

  it('is pinged with GET when it takes no POST', async () => {
    const server = await desks.record(({ method }) => ({ status: method === 'GET' ? 200 : 404 }))
    const desk = await desks.open()
    await ping(desk, [switchAt(server)], { names: ['people'], ended: pushed })
    expect(heard(server)).toEqual(['POST /secret/ok people: pushed', 'GET /secret/ok'])
    expect(desk.logged).toEqual([])
  })

  it('is pinged a few times at the end when it fails, once at the start, and warned of without its address', async () => {
    const server = await desks.record({ status: 500 })
    const desk = await desks.open()
    await ping(desk, [switchAt(server)], { names: ['people'] })
    expect(server.requests).toHaveLength(1)
    await ping(desk, [switchAt(server)], { names: ['people'], ended: pushed })
    expect(server.requests).toHaveLength(4)
    expect(desk.logged).toHaveLength(2)
    expect(desk.logged[1]).toMatch(/^warn: Notifier "ping" was not pinged \(success\): 127\.0\.0\.1:\d+ answered 500\./)
    expect(desk.logged.join('\n')).not.toContain('secret')
  })

  it('that recovers in time hears of the success', async () => {
    let count = 0
    const server = await desks.record(() => ({ status: ++count < 3 ? 503 : 200 }))
    const desk = await desks.open()
    await ping(desk, [switchAt(server)], { names: ['people'], ended: pushed })
    expect(count).toBe(3)
    expect(desk.logged).toEqual([])
  })

  it('that never answers does not keep the run', async () => {
    const server = await desks.record()
    server.reply = undefined
    const desk = await desks.open()
    const began = Date.now()
    await ping(desk, [switchAt(server)], { names: ['people'], limits: SHORT })
    await ping(desk, [switchAt(server)], { names: ['people'], ended: pushed, limits: SHORT })
    expect(Date.now() - began).toBeLessThan(5000)
    expect(desk.logged).toHaveLength(2)
  })

  it('without an address for the moment is left alone', async () => {
    const server = await desks.record()
    const success = secretRef(`${server.url}/ok`)
    await ping(await desks.open(), [notifier({ kind: 'ping', success })], { names, ended: [] })
    expect(server.requests).toEqual([])
  })
})
