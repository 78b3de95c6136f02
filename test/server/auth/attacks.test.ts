/** Each is tried as an attacker would, and must fail without having done anything. */
import { request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ServerSpec } from '../../../core/resource.ts'
import { basic, bearer, type Browser, createBrowser } from '../browser.ts'
import { SEEDED_HOLD } from '../seed.ts'
import { ADA, type Desk, openDesk, USERS, VERA } from '../support.ts'

let desk: Desk
let browser: Browser

beforeAll(async () => {
  desk = await openDesk({ runs: 1 })
  browser = createBrowser(desk.url)
  await browser.login(ADA.name, ADA.password)
})
afterAll(() => desk.close())

async function holdStatus(): Promise<string | undefined> {
  return (await desk.state.holds.get(SEEDED_HOLD))?.status
}

describe('a request that another site sends through the browser of an approver', () => {
  afterEach(async () => {
    expect(await holdStatus()).toBe('open')
  })

  const approve = `/holds/${SEEDED_HOLD}/approve`
  const fields = { reason: 'the attacker says so' }

  test.each([
    ['without the token', { ...fields, csrf: '' }, {}],
    ['with a token that was made up', { ...fields, csrf: 'A'.repeat(43) }, {}],
    ['with the token, from another origin', fields, { origin: 'https://evil.example.com' }],
    ['with the token, from an origin that hides', fields, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['with the token, from an origin that hides, by an old browser', fields, { origin: 'null', 'sec-fetch-site': '' }],
    ['with the token, from another port of this host', fields, { origin: 'http://127.0.0.1:1' }],
    ['with the token, and the browser says cross-site', fields, { 'sec-fetch-site': 'cross-site' }],
    ['with the token, and the browser says same-site', fields, { 'sec-fetch-site': 'same-site' }],
  ])('is refused %s', async (_, form, headers) => {
    const refused = await browser.post(approve, form, headers)
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('nothing was done')
  })

  test('is refused with the token of another session', async () => {
    const other = createBrowser(desk.url)
    await other.login(VERA.name, VERA.password)
    expect((await browser.post(approve, { ...fields, csrf: other.csrf })).status).toBe(403)
  })

  test('is refused as JSON, whatever it calls itself', async () => {
    const response = await fetch(`${desk.url}/api/holds/${SEEDED_HOLD}/approve`, {
      method: 'POST',
      headers: { cookie: browser.cookie ?? '', 'content-type': 'text/plain' },
      body: JSON.stringify({ reason: 'the attacker says so' }),
    })
    expect(response.status).toBe(403)
  })

  test('is refused when the browser sends a password of HTTP Basic by itself', async () => {
    const response = await fetch(`${desk.url}/api/holds/${SEEDED_HOLD}/approve`, {
      method: 'POST',
      headers: { ...basic(ADA.name, ADA.password), origin: 'https://evil.example.com' },
      body: JSON.stringify({ reason: 'the attacker says so' }),
    })
    expect(response.status).toBe(403)
  })

  test('cannot log the victim in as somebody else', async () => {
    const victim = createBrowser(desk.url)
    await victim.get('/login')
    const refused = await victim.post('/login', { name: VERA.name, password: VERA.password, csrf: '' })
    expect(refused.status).toBe(403)
  })

  test('is told from a form of our own page, whose origin hides, too, as no referrer is sent', async () => {
    const own = { origin: 'null', 'sec-fetch-site': 'same-origin' }
    expect((await browser.post('/connectors/people-csv/check', {}, own)).location).toBe('/connectors')
    expect((await browser.post('/connectors/people-csv/check', { csrf: '' }, own)).status).toBe(403)
  })

  test('does not put on record that the approver asked for personal data', async () => {
    const before = await desk.state.history({ limit: 100, chain: 'access' })
    const asked = { ...basic(ADA.name, ADA.password), 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }
    const refused = await fetch(`${desk.url}/api/runs/run-seed-29?reveal=1`, { headers: asked })
    expect(refused.status).toBe(403)
    expect(await desk.state.history({ limit: 100, chain: 'access' })).toEqual(before)
  })

  test('does nothing by GET', async () => {
    expect((await browser.get(`${approve}?reason=x`)).status).toBe(404)
  })
})

describe('a stranger', () => {
  test.each(['multipart/form-data; boundary=x', 'multipart/form-data'])(
    'who sends a form that is none as %s is refused, and the log stays as it was',
    async (type) => {
      const before = desk.said.length
      const response = await fetch(`${desk.url}/login`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: 'x',
      })
      expect(response.status).toBe(403)
      expect(desk.said.slice(before)).toEqual([])
    },
  )

  test('who breaks off in the middle of a form leaves nothing in the log', async () => {
    const before = desk.said.length
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const length of [{ 'content-length': '100' }, { 'transfer-encoding': 'chunked' }]) {
      const sending = request(`${desk.url}/login`, { method: 'POST', headers: { ...type, ...length } })
      sending.on('error', () => undefined)
      sending.write('name=ada')
      await wait(50)
      sending.destroy()
    }
    await wait(50)
    expect(desk.said.slice(before)).toEqual([])
  })

  test('who says that a GET has a body gets an answer like any other', async () => {
    const chunked = { ...bearer(ADA.token), 'transfer-encoding': 'chunked' }
    expect(await statusWith(desk.url, chunked)).toBe(200)
  })
})

describe('a viewer', () => {
  test.each([
    [`/api/holds/${SEEDED_HOLD}/approve`, { reason: 'x' }],
    [`/api/holds/${SEEDED_HOLD}/reject`, { reason: 'x' }],
    ['/api/resources/people/run', undefined],
    ['/api/resources/people/pause', { reason: 'x', for: '1d' }],
    ['/api/resources/people/resume', { reason: 'x' }],
    ['/api/connectors/people-csv/check', undefined],
  ])('may not POST %s', async (path, body) => {
    const response = await fetch(`${desk.url}${path}`, {
      method: 'POST',
      headers: bearer(VERA.token),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'not-an-approver' } })
    expect(await holdStatus()).toBe('open')
    expect((await desk.operator.snapshot()).resources.every(({ paused }) => paused === undefined)).toBe(true)
  })

  test('may not use the forms either, token and all', async () => {
    const viewer = createBrowser(desk.url)
    await viewer.login(VERA.name, VERA.password)
    for (const path of [`/holds/${SEEDED_HOLD}/approve`, '/resources/people/run', '/connectors/people-csv/check']) {
      const refused = await viewer.post(path, { reason: 'x' })
      expect(refused.status).toBe(403)
      expect(refused.text).toContain('takes an approver')
    }
    expect(await holdStatus()).toBe('open')
  })
})

describe('a name that leads to this machine', () => {
  let open: Desk
  beforeAll(async () => {
    open = await openDesk({ runs: 0, server: { users: [], publicUrl: 'https://sync.example.com' } })
  })
  afterAll(() => open.close())

  test.each([
    'evil.example.com',
    'evil.example.com:8400',
    '127.0.0.1.evil.example.com',
    'localhost.evil.com',
    '10.1.2.3',
  ])('is not answered to when a page of elsewhere owns it: %s', async (host) => {
    expect(await statusWith(open.url, { host })).toBe(421)
  })

  test.each(['localhost', 'LOCALHOST:8400', '127.0.0.1:1', '[::1]:8400', 'sync.example.com', 'sync.example.com:443'])(
    'is answered to when it is ours: %s',
    async (host) => {
      expect(await statusWith(open.url, { host })).toBe(200)
    },
  )
})

describe('without users, on this machine alone', () => {
  let open: Desk
  beforeAll(async () => {
    open = await openDesk({ runs: 1, server: { users: [] } })
  })
  afterAll(() => open.close())

  test('everybody may look, and nobody is anybody', async () => {
    const { text, status } = await createBrowser(open.url).get('/')
    expect(status).toBe(200)
    expect(text).toContain('for nobody viewer')
  })

  test.each([`/holds/${SEEDED_HOLD}/approve`, '/resources/people/run', '/reveal', '/login', '/logout'])(
    'nothing can be decided, and POST %s says how to set users',
    async (path) => {
      const refused = await createBrowser(open.url).post(path, { reason: 'x' })
      expect(refused.status).toBe(403)
      expect(refused.text).toContain('server.users')
      expect((await open.state.holds.get(SEEDED_HOLD))?.status).toBe('open')
    },
  )

  test('a program cannot claim to be somebody', async () => {
    const response = await fetch(`${open.url}/api/resources/people/run`, { method: 'POST', headers: bearer(ADA.token) })
    expect(response.status).toBe(403)
  })

  test('personal data is not shown to nobody', async () => {
    expect((await fetch(`${open.url}/api/runs/run-seed-29?reveal=1`)).status).toBe(403)
  })
})

let behind: Desk

describe('behind a proxy', () => {
  beforeAll(async () => {
    behind = await openDesk({ runs: 1, server: { host: '0.0.0.0', behindProxy: true, ...PROXIED } })
  })
  afterAll(() => behind.close())
  afterEach(() => behind.configure(PROXIED))

  test('its header is believed: approvers by name, everybody else looks', async () => {
    expect(await overviewFor('ada')).toContain('for ada approver')
    expect(await overviewFor('grace')).toContain('for grace viewer')
    expect(await overviewFor(Buffer.from('jürgen').toString('latin1'))).toContain('for jürgen approver')
  })

  test('an approver of it decides only with the token of the page', async () => {
    const ada = createBrowser(behind.url)
    const through = { 'x-forwarded-user': 'ada', origin: 'https://sync.example.com' }
    await ada.get('/', through)
    expect((await ada.post('/resources/people/run', { csrf: '' }, through)).status).toBe(403)
    expect((await ada.post('/resources/people/run', {}, through)).location).toMatch(/^\/runs\//)
  })

  test('its cookie is sent over TLS alone, and only to this host', async () => {
    const ada = createBrowser(behind.url)
    const { headers } = await ada.get('/', { 'x-forwarded-user': 'ada' })
    expect(headers.getSetCookie()[0]).toMatch(
      /^__Host-vanta-sync=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
  })

  test('its header is ignored from anywhere else', async () => {
    const proxyUser = { header: 'x-forwarded-user', from: ['10.1.0.0/24', '::ffff:10.2.3.4'], approvers: ['ada'] }
    behind.configure({ proxyUser })
    const spoofed = await fetch(`${behind.url}/api/status`, {
      headers: { 'x-forwarded-user': 'ada', 'x-forwarded-for': '10.1.0.7' },
    })
    expect(spoofed.status).toBe(401)
    const page = await createBrowser(behind.url).get('/', { 'x-forwarded-user': 'ada' })
    expect(page.status).toBe(401)
    expect(page.text).toContain('did not come through it')
  })

  test('its header is nobody when it stands there twice, for one of them was sent by whoever asks', async () => {
    expect(await statusWith(behind.url, { 'x-forwarded-user': ['ada', 'grace'] })).toBe(401)
  })

  test('its header is nobody when a terminal would obey it', async () => {
    const name = Buffer.from('ada\u009b2J').toString('latin1')
    expect(await statusWith(behind.url, { 'x-forwarded-user': name })).toBe(401)
  })

  test('who guesses at a name from ever new addresses does not keep its owner out where they were let in before', async () => {
    behind.configure({ users: USERS })
    const ask = async (from: string, password: string): Promise<number> => {
      const headers = { ...basic(VERA.name, password), 'x-forwarded-for': from }
      return (await fetch(`${behind.url}/api/status`, { headers })).status
    }
    expect(await ask('192.0.2.1', VERA.password)).toBe(200)
    for (let guess = 0; guess < 5; guess++) expect(await ask(`203.0.113.${guess}`, 'wrong')).toBe(401)
    expect(await ask('203.0.113.9', VERA.password)).toBe(429)
    expect(await ask('192.0.2.1', VERA.password)).toBe(200)
    for (let guess = 0; guess < 5; guess++) expect(await ask('192.0.2.1', 'wrong')).toBe(401)
    expect(await ask('192.0.2.1', VERA.password)).toBe(429)
  })

  test('guessing slows down whoever guesses, not everybody', async () => {
    behind.configure({ users: USERS })
    const ask = async (from: string, token: string): Promise<number> =>
      (await fetch(`${behind.url}/api/status`, { headers: { ...bearer(token), 'x-forwarded-for': from } })).status
    for (let guess = 0; guess < 5; guess++) expect(await ask(`203.0.113.${guess}, 198.51.100.7`, 'wrong')).toBe(401)
    expect(await ask('198.51.100.7', ADA.token)).toBe(429)
    expect(await ask('198.51.100.8', ADA.token)).toBe(200)
  })

  test('a configuration without users does not open what other machines reach', async () => {
    const open = { users: [], host: '127.0.0.1', behindProxy: false }
    const { settings } = behind.operator
    const { proxyUser: _, ...server } = settings.server
    behind.operator.settings = { ...settings, server: { ...server, ...open } }
    expect((await fetch(`${behind.url}/api/status`)).status).toBe(401)
    behind.operator.settings = settings
  })
})

async function overviewFor(user: string): Promise<string> {
  return (await createBrowser(behind.url).get('/', { 'x-forwarded-user': user })).text
}

const PROXIED: Partial<ServerSpec> = {
  users: [],
  publicUrl: 'https://sync.example.com',
  proxyUser: { header: 'x-forwarded-user', from: ['127.0.0.0/8'], approvers: ['ada', 'jürgen'] },
}

function statusWith(url: string, headers: Record<string, string | string[]>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/api/status`, { headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asking.once('error', reject)
    asking.end()
  })
}
