/** From statuses to what arrives: decided, remembered, delivered, tried again. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../core/clock.ts'
import type { ResourceStatus } from '../../core/health/status.ts'
import type { NotifierSpec, Settings } from '../../core/resource.ts'
import { notifyAfter } from '../../notify/notify-after.ts'
import type { SendLimits } from '../../notify/sending.ts'
import { type Desk, SHORT, useDesks } from '../support/notify-desk.ts'
import { notifier, resourceNamed, secretRef } from '../support/notify-settings.ts'
import type { Recorder } from '../support/recorder.ts'
import { failingStatus, holdOf, statusOf } from '../support/resource-status.ts'
import { runScript } from '../support/state-folder.ts'

const desks = useDesks()

function hookTo(server: Recorder, change: Partial<NotifierSpec> = {}): NotifierSpec {
  return notifier({ kind: 'webhook', url: secretRef(`${server.url}/secret-path`) }, change)
}

async function notify(
  desk: Desk,
  notifiers: readonly NotifierSpec[],
  {
    statuses,
    settings,
    limits,
  }: { statuses: readonly ResourceStatus[]; settings?: Partial<Settings>; limits?: SendLimits },
): Promise<void> {
  await notifyAfter({
    context: desk.context(notifiers, settings),
    statuses,
    ...(limits === undefined ? {} : { limits }),
  })
}

/** `kind resource` of each, in the order of arrival. */
function told({ requests }: Recorder): string[] {
  return requests.map(({ body }) => {
    const { kind, resource, login } = JSON.parse(body) as {
      kind: string
      resource?: string
      login?: { source: string }
    }
    return `${kind} ${resource ?? login?.source ?? ''}`
  })
}

describe('Notifying after runs', () => {
  it('tells of trouble once and of its end once, however often it is asked', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    for (const status of [failingStatus(), failingStatus(), statusOf(), statusOf()]) {
      await notify(desk, [hookTo(server)], { statuses: [status] })
      await desk.clock.advance(HOUR)
    }
    expect(told(server)).toEqual(['opened people-accounts', 'recovered people-accounts'])
    expect(desk.logged).toEqual([])
  })

  it('has the numbers of the hold that the state knows, and keeps silent when it was rejected', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    const status = statusOf({ health: 'held', hold: 'hold-1' })
    await desk.state.holds.save(holdOf({ id: 'hold-1', status: 'rejected' }))
    await notify(desk, [hookTo(server)], { statuses: [status] })
    expect(told(server)).toEqual([])
    await desk.state.holds.save(holdOf({ id: 'hold-1' }))
    await notify(desk, [hookTo(server)], { statuses: [status] })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      title: 'people-accounts is held: 42 of 100 would leave; 5% allows 5',
      link: 'https://sync.example.com/holds/hold-1',
    })
  })

  it('tells once when two processes decide at the same time', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    const args = [desk.statePath, server.url, String(Date.now() + 3000)]
    const ended = await Promise.all([runScript('notify-once.ts', args), runScript('notify-once.ts', args)])
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ])
    expect(told(server)).toEqual(['opened people-accounts'])
  })

  it('tells of a login once for all resources that are read with it', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    const logins = [{ source: 'hr', expiresAt: '2026-12-01T00:00:00Z' }]
    const statuses = [statusOf({ logins }), statusOf({ name: 'laptops', logins })]
    await notify(desk, [hookTo(server)], { statuses })
    await notify(desk, [hookTo(server)], { statuses })
    expect(told(server)).toEqual(['expiring hr'])
  })

  it('goes on with the same trouble when the resource was reconnected or renamed', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    const was = [resourceNamed('people-accounts', 'a'.repeat(24))]
    const reconnected = [resourceNamed('people-accounts', 'b'.repeat(24), 'client-2')]
    const renamed = [resourceNamed('accounts', 'b'.repeat(24), 'client-2')]
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()], settings: { resources: was } })
    await desk.clock.advance(HOUR)
    const never = statusOf({ health: 'never run' })
    await notify(desk, [hookTo(server)], { statuses: [never], settings: { resources: reconnected } })
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()], settings: { resources: reconnected } })
    const well = statusOf({ name: 'accounts' })
    await notify(desk, [hookTo(server)], { statuses: [well], settings: { resources: renamed } })
    expect(told(server)).toEqual(['opened people-accounts', 'recovered accounts'])
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject({ lastedSeconds: 3600 })
  })

  it('forgets a resource that was taken out of the config, and leaves those of another config alone', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()] })
    await notify(desk, [hookTo(server)], { statuses: [], settings: { resources: [], file: '/etc/other.yaml' } })
    expect(await desk.state.episodes.list()).toHaveLength(1)
    await notify(desk, [hookTo(server)], { statuses: [], settings: { resources: [] } })
    expect(await desk.state.episodes.list()).toEqual([])
    expect(told(server)).toEqual(['opened people-accounts'])
  })

  it('leaves out what the status says nothing of', async () => {
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    const resources = [resourceNamed('people-accounts', 'a'.repeat(24)), resourceNamed('laptops', 'b'.repeat(24))]
    const both = [failingStatus(), failingStatus({ name: 'laptops' })]
    await notify(desk, [hookTo(server)], { statuses: both, settings: { resources } })
    await notify(desk, [hookTo(server)], { statuses: [statusOf()], settings: { resources } })
    expect(told(server)).toEqual(['opened people-accounts', 'opened laptops', 'recovered people-accounts'])
    expect(await desk.state.episodes.list()).toMatchObject([{ resource: 'laptops' }])
  })

  it('does not throw when the state cannot be used', async () => {
    const desk = await desks.open()
    const context = desk.context([])
    await desk.state.close()
    await notifyAfter({ context, statuses: [failingStatus()] })
    expect(desk.logged.join('\n')).toMatch(/^warn: Nobody could be notified: /)
  })
})

describe('A notifier that fails', () => {
  it('is tried again after 1, 5, 15 and 60 minutes, then each hour, and given up after a day', async () => {
    const server = await desks.record({ status: 500, body: 'CANARY' })
    const desk = await desks.open()
    const began = desk.clock.now()
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()] })
    const minutes: number[] = []
    let seen = server.requests.length
    for (let minute = 0; minute <= 26 * 60; ) {
      const step = minute < 21 ? 1 : 5
      minute += step
      await desk.clock.advance(step * MINUTE)
      await notify(desk, [hookTo(server)], { statuses: [] })
      if (server.requests.length > seen) minutes.push((desk.clock.now() - began) / MINUTE)
      seen = server.requests.length
    }
    expect(minutes.slice(0, 5)).toEqual([1, 6, 21, 81, 141])
    expect(minutes.at(-1)).toBeLessThanOrEqual(24 * 60)
    expect(minutes).toHaveLength(26)
    const first = `warn: Notifier "webhook" was not told: 127.0.0.1:${server.port} answered 500; again in 1 min. `
    expect(desk.logged[0]?.startsWith(first)).toBe(true)
    expect(desk.logged).toHaveLength(27)
    expect(desk.logged.at(-1)).toContain('given up, 23 h 21 min after it was due')
    const ids = new Set(server.requests.map(({ headers }) => headers['vanta-sync-delivery']))
    expect(ids.size).toBe(1)
  })

  it('is left alone as long as it asks for', async () => {
    const server = await desks.record({ status: 429, headers: { 'retry-after': '600' } })
    const desk = await desks.open()
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()] })
    server.reply = { status: 200 }
    await desk.clock.advance(10 * MINUTE - 1)
    await notify(desk, [hookTo(server)], { statuses: [] })
    expect(server.requests).toHaveLength(1)
    await desk.clock.advance(1)
    await notify(desk, [hookTo(server)], { statuses: [] })
    expect(server.requests).toHaveLength(2)
  })

  it('hears of the trouble before it hears of the recovery', async () => {
    const server = await desks.record({ status: 503 })
    const desk = await desks.open()
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()] })
    server.reply = { status: 200 }
    await notify(desk, [hookTo(server)], { statuses: [statusOf()] })
    expect(server.requests).toHaveLength(1)
    await desk.clock.advance(MINUTE)
    await notify(desk, [hookTo(server)], { statuses: [] })
    expect(told(server).slice(1)).toEqual(['opened people-accounts', 'recovered people-accounts'])
  })

  it('keeps neither the others nor the run waiting when it never answers', async () => {
    const silent = await desks.record()
    silent.reply = undefined
    const server = await desks.record({ status: 200 })
    const desk = await desks.open()
    const specs = [hookTo(silent, { name: 'silent' }), hookTo(server)]
    const began = Date.now()
    await notify(desk, specs, { statuses: [failingStatus()], limits: SHORT })
    expect(Date.now() - began).toBeLessThan(SHORT.totalMs + 3000)
    expect(told(server)).toEqual(['opened people-accounts'])
    expect(desk.logged.join('\n')).toContain('Notifier "silent" was not told: there was no answer within 0.5 s')
  })

  it('leaves the rest for later when the time of one call is over', async () => {
    const slow = await desks.record()
    slow.reply = undefined
    const desk = await desks.open()
    const context = desk.context([hookTo(slow)])
    await notifyAfter({ context, statuses: [failingStatus()], limits: { sendMs: 10_000, totalMs: 500 } })
    expect(desk.logged).toEqual([])
    slow.reply = { status: 200 }
    await desk.clock.advance(MINUTE)
    await notifyAfter({ context, statuses: [] })
    expect(told(slow)).toEqual(['opened people-accounts', 'opened people-accounts'])
  })

  it('that left the config gets nothing, and nobody else gets what was meant for it', async () => {
    const server = await desks.record({ status: 500 })
    const other = await desks.record({ status: 200 })
    const desk = await desks.open()
    await notify(desk, [hookTo(server)], { statuses: [failingStatus()] })
    await desk.clock.advance(DAY / 2)
    await notify(desk, [hookTo(other, { name: 'other', remindMs: 0 })], { statuses: [failingStatus()] })
    expect([server.requests.length, other.requests.length]).toEqual([1, 0])
  })
})

describe('Secrets and personal data', () => {
  it('show in nothing that is delivered and in no line of the log', async () => {
    const server = await desks.record((request) => ({ status: request.path.includes('bad') ? 400 : 200, body: 'ok' }))
    const post = await desks.smtp()
    const desk = await desks.open()
    const at = (path: string) => secretRef(`http://user-canary:pass-canary@127.0.0.1:${server.port}/${path}-canary`)
    const plain = (path: string) => secretRef(`http://127.0.0.1:${server.port}/${path}-canary`)
    const to = ['it@example.com']
    const mail = { kind: 'mail', from: 'sync@example.com', to } as const
    const specs = [
      notifier({ kind: 'slack', url: at('slack') }),
      notifier({ kind: 'slack', url: at('bad') }, { name: 'bad' }),
      notifier({ kind: 'slack', url: secretRef('http://example.com/canary') }, { name: 'not-https' }),
      notifier({ kind: 'teams', url: plain('teams') }),
      notifier({ kind: 'webhook', url: plain('hook'), secret: secretRef('key-canary') }),
      notifier({ kind: 'webhook', url: secretRef('http://127.0.0.1:1/canary') }, { name: 'gone' }),
      notifier({ ...mail, smtp: secretRef(`smtp://127.0.0.1:${post.port}`) }),
      notifier({ ...mail, smtp: secretRef('smtp://canary:canary@127.0.0.1:1') }, { name: 'no-mail' }),
    ]
    await notify(desk, specs, { statuses: [canaryStatus()] })
    await notify(desk, specs, { statuses: [{ ...canaryStatus(), hold: 'hold-1', health: 'held' }] })
    await notify(desk, specs, { statuses: [statusOf({ wrong: 'ada-canary' })] })
    await desk.clock.advance(HOUR)
    await notify(desk, specs, { statuses: [] })
    const bodies = [...server.requests.map(({ body }) => body), ...post.messages.map(({ text }) => text)]
    expect(bodies.length).toBeGreaterThan(10)
    expect(post.messages).toHaveLength(4)
    expect(desk.logged.length).toBeGreaterThan(3)
    expect([...bodies, ...desk.logged].filter((text) => /canary/i.test(text))).toEqual([])
  })
})

/** With what must not be told in every place where an error or a person could leave it. */
function canaryStatus(): ResourceStatus {
  return failingStatus({
    wrong: 'ada-canary@example.com is twice in it',
    remedy: 'ask ada-canary@example.com',
    notices: ['the login of ada-canary expires'],
    logins: [{ source: 'hr', expiresAt: '2026-11-25T00:00:00Z', personal: 'it is of ada-canary' }],
    connection: {
      cause: 'credentials',
      side: 'hr',
      says: 'hr refuses ada-canary@example.com',
      remedy: 'Put the new password where the configuration looks for it.',
    },
    error: {
      code: 'ldap-refused',
      message: 'cn=ada-canary,dc=example: 49 invalid credentials',
      hint: 'Ask ada-canary@example.com',
    },
  })
}
