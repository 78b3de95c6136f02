/** Slack, Teams and webhooks as they come out of a socket. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Notice, recoveryNotice, testNotice, troubleNotice } from '../../core/alarm/notice.ts'
import { HOUR } from '../../core/clock.ts'
import type { Channel } from '../../core/resource.ts'
import { createNotifiers } from '../../notify/notifier.ts'
import type { SendResult } from '../../notify/sending.ts'
import { START } from '../support/fake-clock.ts'
import { type Desk, useDesks } from '../support/notify-desk.ts'
import { notifier, secretRef } from '../support/notify-settings.ts'
import type { Recorded } from '../support/recorder.ts'
import { failingStatus, holdOf, statusOf } from '../support/resource-status.ts'

const desks = useDesks()

const facts = { scope: 'scope-1', openedAt: START, now: START + HOUR, publicUrl: 'https://sync.example.com' }

const NOTHING: Pick<Recorded, 'headers' | 'body'> = { headers: {}, body: '' }

const HELD: Notice = troubleNotice('opened', 'held', {
  ...facts,
  status: statusOf({ health: 'held', hold: 'hold-1', name: 'a<b>&c_d' }),
  hold: holdOf({ id: 'hold-1' }),
})

async function send(desk: Desk, channel: Channel, { notice = HELD, sendMs = 10_000 } = {}): Promise<SendResult> {
  const [one] = createNotifiers(desk, [notifier(channel)], sendMs)
  if (one === undefined) throw new Error('There is no notifier')
  return one.send({ notice, delivery: 'delivery-1', signal: new AbortController().signal })
}

describe('Slack', () => {
  it('gets blocks and a fallback text, with the three characters that it owns escaped', async () => {
    const server = await desks.record()
    expect(await send(await desks.open(), { kind: 'slack', url: secretRef(`${server.url}/services/T/B/x`) })).toEqual({
      ok: true,
    })
    const [request] = server.requests
    expect(request).toMatchObject({ method: 'POST', path: '/services/T/B/x' })
    expect(request?.headers['content-type']).toBe('application/json')
    const body = JSON.parse(request?.body ?? '') as { text: string; blocks: { text: { text: string } }[] }
    expect(body.text).toBe('a&lt;b&gt;&amp;c_d is held: 42 of 100 would leave; 5% allows 5')
    const texts = body.blocks.map(({ text }) => text.text)
    expect(texts[0]).toBe(`:red_circle: *${body.text}*`)
    expect(texts[2]).toBe('`vanta-sync approve hold-1 --reason "…"`')
    expect(texts[3]).toBe('<https://sync.example.com/holds/hold-1|Open in vanta-sync>')
  })

  it.each([
    [{ status: 200, body: 'not ok' }, 'answered 200'],
    [{ status: 404, body: 'no_service' }, 'answered 404 (no_service)'],
    [{ status: 400, body: 'invalid_payload' }, 'answered 400 (invalid_payload)'],
    [{ status: 302, headers: { location: 'https://elsewhere.example.com' } }, 'answered 302'],
    [{ status: 500, body: '<html>CANARY</html>' }, 'answered 500'],
  ])('has not taken it when it answers %o', async (reply, says) => {
    const server = await desks.record(reply)
    const result = await send(await desks.open(), { kind: 'slack', url: secretRef(`${server.url}/secret-path`) })
    expect(result).toMatchObject({ ok: false, reason: `127.0.0.1:${server.port} ${says}` })
    expect(JSON.stringify(result)).not.toMatch(/CANARY|secret-path|elsewhere/)
    expect(server.requests).toHaveLength(1)
  })

  it('says how long it wants to be left alone', async () => {
    const server = await desks.record({ status: 429, headers: { 'retry-after': '30' } })
    const result = await send(await desks.open(), { kind: 'slack', url: secretRef(server.url) })
    expect(result).toMatchObject({ ok: false, retryAfterMs: 30_000 })
  })

  it('is never sent to over plain HTTP beyond this machine', async () => {
    const result = await send(await desks.open(), { kind: 'slack', url: secretRef('http://hooks.example.com/secret') })
    expect(result).toEqual({
      ok: false,
      reason: 'the value of { env: THE_SECRET } is no web address to post to',
      hint: 'Put an address that begins with https:// at { env: THE_SECRET }.',
    })
  })
})

describe('Teams', () => {
  it.each([202, 200])('gets an Adaptive Card, and has taken it with %i', async (status) => {
    const server = await desks.record({ status })
    const url = secretRef(`${server.url}/workflows/1?sig=x`)
    expect(await send(await desks.open(), { kind: 'teams', url })).toEqual({ ok: true })
    const body = JSON.parse(server.requests[0]?.body ?? '') as {
      type: string
      attachments: { contentType: string; content: { type: string; body: { text: string }[]; actions: unknown[] } }[]
    }
    expect(body.type).toBe('message')
    const [card] = body.attachments
    expect(card?.contentType).toBe('application/vnd.microsoft.card.adaptive')
    expect(card?.content.type).toBe('AdaptiveCard')
    expect(card?.content.body[0]).toMatchObject({
      text: 'a<b>&c\\_d is held: 42 of 100 would leave; 5% allows 5',
      color: 'attention',
    })
    expect(card?.content.actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Open in vanta-sync', url: 'https://sync.example.com/holds/hold-1' },
    ])
  })

  it('has not taken what it answers 200 to, and says in the text that it failed', async () => {
    const body = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429'
    const server = await desks.record({ status: 200, body })
    expect(await send(await desks.open(), { kind: 'teams', url: secretRef(server.url) })).toMatchObject({ ok: false })
  })
})

describe('A webhook', () => {
  it('gets the notice as JSON with the id of the delivery, signed over time and body', async () => {
    const server = await desks.record({ status: 204 })
    const desk = await desks.open()
    const channel = { kind: 'webhook', url: secretRef(`${server.url}/in`), secret: secretRef('s3cret') } as const
    expect(await send(desk, channel)).toEqual({ ok: true })
    const { headers, body } = server.requests[0] ?? NOTHING
    expect(headers['vanta-sync-delivery']).toBe('delivery-1')
    const [, time = '', digest = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['vanta-sync-signature'])) ?? []
    expect(Number(time)).toBe(START / 1000)
    expect(createHmac('sha256', 's3cret').update(`${time}.${body}`).digest('hex')).toBe(digest)
    expect(JSON.parse(body)).toMatchObject({
      version: 1,
      delivery: 'delivery-1',
      kind: 'opened',
      about: 'held',
      resource: 'a<b>&c_d',
      health: 'held',
      hold: { id: 'hold-1', reasons: [{ rule: 'maxRemoved', limit: '5%', allowed: 5, actual: 42, of: 100 }] },
      severity: 'alarm',
      link: 'https://sync.example.com/holds/hold-1',
      command: 'vanta-sync approve hold-1 --reason "…"',
    })
    expect(body).not.toContain('that Vanta holds (42 %)')
  })

  it('is not signed without a secret, and takes user and password of the address as Basic', async () => {
    const server = await desks.record({ status: 200 })
    const url = secretRef(`http://ada:p%40ss@127.0.0.1:${server.port}/in`)
    await send(await desks.open(), { kind: 'webhook', url }, { notice: testNotice(START, undefined) })
    const [request] = server.requests
    expect(request?.headers['vanta-sync-signature']).toBeUndefined()
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('ada:p@ss').toString('base64')}`)
  })

  it('tells of a recovery and its length', async () => {
    const server = await desks.record({ status: 200 })
    const notice = recoveryNotice({ ...facts, status: statusOf() })
    await send(await desks.open(), { kind: 'webhook', url: secretRef(server.url) }, { notice })
    const opened = troubleNotice('opened', 'trouble', { ...facts, status: failingStatus() })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      kind: 'recovered',
      lastedSeconds: 3600,
      episode: opened.episode,
    })
  })
})

describe('A notifier that cannot be reached', () => {
  it('fails by the layer that is at fault, without its address', async () => {
    const server = await desks.record()
    await server.close()
    const url = secretRef(`${server.url}/secret-path`)
    const result = await send(await desks.open(), { kind: 'webhook', url })
    expect(result).toMatchObject({
      ok: false,
      reason: `127.0.0.1:${server.port} refuses the connection (ECONNREFUSED)`,
    })
  })

  it('that never answers fails after its time', async () => {
    const server = await desks.record(undefined)
    server.reply = undefined
    const channel = { kind: 'webhook', url: secretRef(server.url) } as const
    const result = await send(await desks.open(), channel, { sendMs: 300 })
    expect(result).toMatchObject({ ok: false, reason: 'there was no answer within 0.3 s' })
  })

  it('whose address cannot be resolved says by which name', async () => {
    const url = {
      describe: '{ env: HOOK }',
      resolve: async () => Promise.reject(new Error('CANARY')),
    }
    const result = await send(await desks.open(), { kind: 'webhook', url })
    expect(result).toMatchObject({ ok: false, reason: '{ env: HOOK } cannot be resolved' })
  })
})
