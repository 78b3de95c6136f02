/** Mail as a server on a socket sees it. `0.0.0.0` leads here, and is no loopback address: STARTTLS is required there. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testNotice, troubleNotice } from '../../core/alarm/notice.ts'
import { HOUR } from '../../core/clock.ts'
import { createNotifiers } from '../../notify/notifier.ts'
import type { SendResult } from '../../notify/sending.ts'
import { START } from '../support/fake-clock.ts'
import { createAuthority, type TestAuthority } from '../support/loopback.ts'
import { type Desk, useDesks } from '../support/notify-desk.ts'
import { notifier, secretRef } from '../support/notify-settings.ts'
import { holdOf, statusOf } from '../support/resource-status.ts'

const desks = useDesks()

let authority: TestAuthority
/** A certificate of the authority for 0.0.0.0. */
let tls: { cert: string; key: string }

beforeAll(async () => {
  authority = await createAuthority()
  const at = (name: string): string => join(authority.folder, name)
  await writeFile(at('any-ext'), 'subjectAltName=IP:0.0.0.0\n')
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'any-ext']
  const args = ['x509', '-req', '-in', 'server.csr', ...sign, '-out', 'any.pem']
  await promisify(execFile)('openssl', args, { cwd: authority.folder })
  tls = { cert: await readFile(at('any.pem'), 'utf8'), key: authority.key }
})
afterAll(() => authority.remove())

const HELD = troubleNotice('opened', 'held', {
  status: statusOf({ health: 'held', hold: 'hold-1' }),
  hold: holdOf({ id: 'hold-1' }),
  scope: 'scope-1',
  openedAt: START,
  now: START + HOUR,
  publicUrl: 'https://sync.example.com',
})

interface Mailing {
  readonly notice?: typeof HELD
  readonly ca?: string
  readonly to?: readonly string[]
  readonly sendMs?: number
}

async function mail(
  desk: Desk,
  smtp: string,
  { notice = HELD, ca, to = ['it@example.com'], sendMs = 20_000 }: Mailing = {},
): Promise<SendResult> {
  const channel = { kind: 'mail', smtp: secretRef(smtp), from: 'vanta-sync <sync@example.com>', to } as const
  const [one] = createNotifiers({ transport: desk.transport, clock: desk.clock, ca }, [notifier(channel)], sendMs)
  if (one === undefined) throw new Error('There is no notifier')
  return one.send({ notice, delivery: 'delivery-1', signal: new AbortController().signal })
}

/** Without the soft line breaks of quoted-printable. */
function unfolded(text: string): string {
  return text.replaceAll('=\r\n', '').replaceAll('=3D', '=')
}

describe('Mail', () => {
  it('has subject, text, HTML, and an id that is the same at each attempt', async () => {
    const server = await desks.smtp()
    const desk = await desks.open()
    expect(await mail(desk, `smtp://127.0.0.1:${server.port}`, { to: ['it@example.com', 'ops@example.com'] })).toEqual({
      ok: true,
    })
    await mail(desk, `smtp://127.0.0.1:${server.port}`)
    const [first, second] = server.messages
    expect(first).toMatchObject({ from: 'sync@example.com', to: ['it@example.com', 'ops@example.com'] })
    const text = unfolded(first?.text ?? '')
    expect(text).toMatch(/^Subject: \[vanta-sync\] people-accounts is held: 42 of 100 would leave; 5%\r?\n allows 5/m)
    expect(text).toMatch(/^Message-ID: <delivery-1@example.com>/m)
    expect(text).toMatch(/^References: <episode\.scope-1-\w+@example.com>/m)
    expect(text).toMatch(/^Auto-Submitted: auto-generated/m)
    expect(text).toContain('maxRemoved: 42 of 100 would leave; 5% allows 5.')
    expect(text).toContain('<a href="https://sync.example.com/holds/hold-1">')
    expect(/^Message-ID: .*/m.exec(second?.text ?? '')?.[0]).toBe(/^Message-ID: .*/m.exec(first?.text ?? '')?.[0])
  })

  it('logs in over STARTTLS at a server whose certificate is trusted', async () => {
    const server = await desks.smtp({ tls, login: { user: 'ada@example.com', password: 'p@ss:word' } })
    const url = `smtp://ada%40example.com:p%40ss%3Aword@0.0.0.0:${server.port}`
    expect(await mail(await desks.open(), url, { ca: authority.ca, notice: testNotice(START, undefined) })).toEqual({
      ok: true,
    })
    expect(server.messages).toMatchObject([{ encrypted: true, user: 'ada@example.com' }])
    expect(server.commands.slice(0, 4)).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'AUTH'])
  })

  it('goes over TLS from the start with smtps', async () => {
    const server = await desks.smtp({ tls: { ...tls, fromStart: true } })
    expect(await mail(await desks.open(), `smtps://0.0.0.0:${server.port}`, { ca: authority.ca })).toEqual({ ok: true })
    expect(server.messages).toMatchObject([{ encrypted: true }])
  })

  it.each(['smtp', 'smtps'])('says nothing to a server whose certificate is not trusted: %s', async (scheme) => {
    const fromStart = scheme === 'smtps' ? { fromStart: true as const } : {}
    const server = await desks.smtp({ tls: { ...tls, ...fromStart }, login: { user: 'ada', password: 'secret' } })
    const result = await mail(await desks.open(), `${scheme}://ada:secret@0.0.0.0:${server.port}`)
    expect(result).toMatchObject({ ok: false })
    expect(server.messages).toEqual([])
    expect(server.commands).not.toContain('AUTH')
    expect(JSON.stringify(result)).toContain('TLS')
  })

  it.each([
    ['does not offer STARTTLS', {}],
    ['refuses STARTTLS', { answers: { STARTTLS: '454 not now' } }],
  ])('sends no password in the clear to a server elsewhere that %s', async (_, change) => {
    const server = await desks.smtp({ login: { user: 'ada', password: 'secret' }, ...change })
    const result = await mail(await desks.open(), `smtp://ada:secret@0.0.0.0:${server.port}`)
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining('gives no TLS connection') })
    expect(server.commands).not.toContain('AUTH')
    expect(server.commands).not.toContain('MAIL')
  })

  it.each([
    ['a wrong password', { login: { user: 'ada', password: 'other' } }, 'refuses user and password, answer 535'],
    [
      'a sender that may not send',
      { answers: { MAIL: '550 ada@example.com' } },
      'refuses the sender or all recipients, answer 550',
    ],
    [
      'no recipient',
      { answers: { RCPT: '550 5.1.1 it@example.com' } },
      'refuses the sender or all recipients, answer 550',
    ],
    ['no message', { answers: { MESSAGE: '554 spam from ada@example.com' } }, 'refuses the message, answer 554'],
  ])('says why a server takes %s not, by code alone', async (_, options, says) => {
    const server = await desks.smtp(options)
    const result = await mail(await desks.open(), `smtp://ada:secret@127.0.0.1:${server.port}`, {})
    expect(result).toMatchObject({ ok: false, reason: `127.0.0.1 ${says}` })
    expect(JSON.stringify(result)).not.toMatch(/ada|secret|@example/)
  })

  it('is on its way when some recipients get it, and says how many do not', async () => {
    const server = await desks.smtp({ answers: { 'RCPT TO:<gone@example.com>': '550 no such user' } })
    const to = ['it@example.com', 'gone@example.com']
    expect(await mail(await desks.open(), `smtp://127.0.0.1:${server.port}`, { to })).toEqual({
      ok: true,
      note: '1 of 2 recipients were refused',
    })
    expect(server.messages).toMatchObject([{ to: ['it@example.com'] }])
  })

  it('says when no server is there, or none that speaks', async () => {
    const gone = await desks.smtp()
    await gone.close()
    expect(await mail(await desks.open(), `smtp://127.0.0.1:${gone.port}`)).toMatchObject({
      ok: false,
      reason: 'the mail server 127.0.0.1 cannot be reached (ECONNREFUSED)',
    })
    const silent = await desks.smtp({ silent: true })
    expect(await mail(await desks.open(), `smtp://127.0.0.1:${silent.port}`, { sendMs: 500 })).toMatchObject({
      ok: false,
      reason: 'there was no answer within 0.5 s',
    })
  })

  it('refuses an address that is none, without showing it', async () => {
    const result = await mail(await desks.open(), 'imap://ada:secret@mail.example.com')
    expect(result).toMatchObject({
      ok: false,
      reason: 'the value of { env: THE_SECRET } is no address of a mail server',
    })
    expect(JSON.stringify(result)).not.toContain('ada')
  })
})
