import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import type { UserSpec } from '../../../core/resource.ts'
import { Secret } from '../../../core/secret.ts'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts'
import { basic, bearer, createBrowser } from '../browser.ts'
import { ADA, type Desk, openDesk, secretRef, USERS, VERA } from '../support.ts'

let desk: Desk
let clock: FakeClock
let password = 'the first one'
let users: readonly UserSpec[]

beforeAll(async () => {
  clock = createFakeClock()
  const rotating = { name: 'rosa', role: 'viewer' as const, password: secretRef(() => password) }
  const broken = {
    name: 'boris',
    role: 'viewer' as const,
    password: { describe: '{ file: gone }', resolve: async () => Promise.reject(new Error('no such file')) },
  }
  users = [...USERS, rotating, broken]
  desk = await openDesk({ clock, runs: 1, server: { users } })
})
afterAll(() => desk.close())

describe('logging in on the page', () => {
  test('whoever is not logged in is led to the login page, and after it to where they wanted', async () => {
    const browser = createBrowser(desk.url)
    const led = await browser.get('/runs/run-seed-29?tab=plan')
    expect(led.status).toBe(303)
    expect(led.location).toBe('/login?next=%2Fruns%2Frun-seed-29%3Ftab%3Dplan')
    await browser.get('/login')
    const next = new URLSearchParams(led.location?.split('?')[1]).get('next') ?? ''
    const done = await browser.post('/login', { name: ADA.name, password: ADA.password, next })
    expect([done.status, done.location]).toEqual([303, '/runs/run-seed-29?tab=plan'])
    expect((await browser.get('/')).text).toContain('for ada approver')
  })

  test.each([
    'https://evil.example.com/',
    '//evil.example.com/',
    '/\\evil.example.com',
    '/.//evil.example.com',
    '\t//evil.example.com',
    'javascript:alert(1)',
  ])('the login never leads to another site: %s', async (next) => {
    const browser = createBrowser(desk.url)
    await browser.get('/login')
    expect((await browser.post('/login', { name: ADA.name, password: ADA.password, next })).location).toBe('/')
  })

  test('the cookie is for this server alone, and no script can read it', async () => {
    const browser = createBrowser(desk.url)
    await browser.get('/login')
    const { headers } = await browser.post('/login', { name: ADA.name, password: ADA.password })
    expect(headers.getSetCookie()[0]).toMatch(/^vanta-sync=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('a cookie that somebody brings to the login is never the session that it makes', async () => {
    const attacker = createBrowser(desk.url)
    await attacker.get('/login')
    const planted = attacker.cookie
    const victim = createBrowser(desk.url)
    victim.cookie = planted
    await victim.login(ADA.name, ADA.password)
    expect(victim.cookie).not.toBe(planted)
    expect((await victim.get('/')).status).toBe(200)
    expect((await attacker.get('/')).location).toBe('/login?next=%2F')
  })

  test('a second login ends the session before', async () => {
    const browser = createBrowser(desk.url)
    await browser.login(ADA.name, ADA.password)
    const first = browser.cookie
    await browser.login(VERA.name, VERA.password)
    const thief = createBrowser(desk.url)
    thief.cookie = first
    expect((await thief.get('/')).status).toBe(303)
  })

  test('logging out ends the session for everybody who has its cookie', async () => {
    const browser = createBrowser(desk.url)
    await browser.login(ADA.name, ADA.password)
    const stolen = createBrowser(desk.url)
    stolen.cookie = browser.cookie
    expect((await stolen.get('/')).status).toBe(200)
    expect((await browser.post('/logout')).location).toBe('/login')
    expect(browser.cookie).toBeUndefined()
    expect((await stolen.get('/')).status).toBe(303)
  })

  test('a session ends after eight hours without a request, and after a day with them', async () => {
    const [idle, busy] = [createBrowser(desk.url), createBrowser(desk.url)]
    await idle.login(ADA.name, ADA.password)
    await busy.login(ADA.name, ADA.password)
    await clock.advance(7 * HOUR)
    expect((await busy.get('/')).status).toBe(200)
    await clock.advance(HOUR)
    expect((await idle.get('/')).status).toBe(303)
    for (let hours = 8; hours < 22; hours += 7) {
      expect((await busy.get('/')).status).toBe(200)
      await clock.advance(7 * HOUR)
    }
    expect((await busy.get('/')).status).toBe(200)
    await clock.advance(2 * HOUR)
    expect((await busy.get('/')).status).toBe(303)
  })

  test('a session ends when its user leaves the configuration', async () => {
    const browser = createBrowser(desk.url)
    await browser.login(VERA.name, VERA.password)
    const { settings } = desk.operator
    desk.operator.settings = { ...settings, server: { ...settings.server, users: settings.server.users.slice(0, 1) } }
    expect((await browser.get('/')).status).toBe(303)
    desk.operator.settings = settings
    expect((await browser.get('/')).status).toBe(303)
  })

  test('a password that was rotated counts at once, the old one no longer', async () => {
    expect((await createBrowser(desk.url).login('rosa', 'the first one')).status).toBe(303)
    password = 'the second one'
    expect((await createBrowser(desk.url).login('rosa', 'the first one')).status).toBe(401)
    expect((await createBrowser(desk.url).login('rosa', 'the second one')).status).toBe(303)
  })

  test('a user whose secret cannot be had cannot log in, looks like any other, and the log says why', async () => {
    const wrong = await createBrowser(desk.url).login('boris', '')
    const unknown = await createBrowser(desk.url).login('nobody', '')
    expect(wrong.status).toBe(401)
    expect(withoutToken(wrong.text)).toBe(withoutToken(unknown.text))
    expect(desk.said.some(({ message }) => message.includes('boris'))).toBe(true)
    await clock.advance(HOUR)
  })
})

describe('programs', () => {
  test.each([
    ['a token', () => bearer(VERA.token)],
    ['name and password', () => basic(VERA.name, VERA.password)],
  ])('%s in the header is enough for API, metrics and health', async (_, headers) => {
    for (const path of ['/api/status', '/metrics', '/healthz']) {
      const response = await fetch(`${desk.url}${path}`, { headers: headers() })
      expect([200, 503]).toContain(response.status)
    }
  })

  test('without one the answer is 401, and says in JSON and headers what to send', async () => {
    const response = await fetch(`${desk.url}/api/status`)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      'Basic realm="vanta-sync", charset="UTF-8", Bearer realm="vanta-sync"',
    )
    expect(await response.json()).toMatchObject({ error: { code: 'login-needed' } })
  })

  test('a script of a page gets no window that asks for a password when its session has ended', async () => {
    const response = await fetch(`${desk.url}/api/status`, { headers: { 'sec-fetch-dest': 'empty' } })
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="vanta-sync"')
  })

  test.each([
    ['an empty token', bearer('')],
    ['the password of one as the token', bearer(ADA.password)],
    ["one user's password for another", basic(ADA.name, VERA.password)],
    ['a name without password', basic(ADA.name, '')],
    ['nothing at all', basic('', '')],
  ])('%s opens nothing', async (_, headers) => {
    const response = await fetch(`${desk.url}/api/status`, { headers })
    expect(response.status).toBe(401)
    await clock.advance(HOUR)
  })
})

describe('guessing', () => {
  test('after five failures for a name even the right password waits, longer with each further failure', async () => {
    const waits: number[] = []
    for (let guess = 0; guess < 5; guess++)
      expect((await createBrowser(desk.url).login(ADA.name, `guess ${guess}`)).status).toBe(401)
    for (let round = 0; round < 3; round++) {
      const refused = await createBrowser(desk.url).login(ADA.name, ADA.password)
      expect(refused.status).toBe(429)
      waits.push(Number(refused.headers.get('retry-after')))
      await clock.advance((waits.at(-1) ?? 0) * 1000)
      expect((await createBrowser(desk.url).login(ADA.name, 'another guess')).status).toBe(401)
    }
    expect(waits).toEqual([30, 60, 120])
    await clock.advance(HOUR)
    expect((await createBrowser(desk.url).login(ADA.name, ADA.password)).status).toBe(303)
  })

  test('many guesses at once are no way around it, even while secrets take their time', async () => {
    const slow = { describe: '{ exec: [slow] }', resolve: async () => wait(100, new Secret('slow')) }
    desk.configure({ users: [...USERS, { name: 'sven', role: 'viewer', token: slow }] })
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, guess) =>
        fetch(`${desk.url}/api/status`, { headers: bearer(`guess ${guess}`) }).then(({ status }) => status),
      ),
    )
    expect(answers.filter((status) => status === 401)).toHaveLength(5)
    expect(answers.filter((status) => status === 429)).toHaveLength(35)
    desk.configure({ users })
    await clock.advance(HOUR)
  })

  test('an address that guessed names waits for every name; sessions go on', async () => {
    const browser = createBrowser(desk.url)
    await browser.login(VERA.name, VERA.password)
    for (let guess = 0; guess < 5; guess++)
      await fetch(`${desk.url}/api/status`, { headers: basic(`somebody-${guess}`, 'x') })
    const refused = await fetch(`${desk.url}/api/status`, { headers: basic(ADA.name, ADA.password) })
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ error: { code: 'too-many-failures' } })
    expect((await browser.get('/')).status).toBe(200)
    await clock.advance(HOUR)
  })

  test('failures further apart than five minutes do not add up', async () => {
    for (let guess = 0; guess < 8; guess++) {
      expect((await fetch(`${desk.url}/api/status`, { headers: bearer('wrong') })).status).toBe(401)
      await clock.advance(2 * MINUTE)
    }
  })

  test('each failure is logged with its address, a name only when it is a user’s, and never what was typed', async () => {
    await clock.advance(HOUR)
    const before = desk.said.length
    await createBrowser(desk.url).login(ADA.name, 'typed-secret-1')
    await createBrowser(desk.url).login('typed-secret-2', 'typed-secret-3')
    const told = desk.said.slice(before).filter(({ message }) => message === 'A login failed')
    expect(told.map(({ facts }) => facts)).toEqual([
      { by: 'password', from: '127.0.0.1', name: 'ada' },
      { by: 'password', from: '127.0.0.1' },
    ])
    expect(JSON.stringify(desk.said)).not.toContain('typed-secret')
  })
})

function withoutToken(text: string): string {
  return text.replace(/value="[\w-]{43}"/, '')
}
