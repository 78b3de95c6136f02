import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, bearer, createBrowser } from './browser.ts'
import { CANARIES, SEEDED_HOLD } from './seed.ts'
import { ADA, type Desk, openDesk, VERA } from './support.ts'

type Json = Record<string, unknown>

interface Description extends Json {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Json }
}

interface Operation extends Json {
  readonly operationId: string
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema: Json }> }>
}

let desk: Desk
let described: Description
let ajv: Ajv2020

beforeAll(async () => {
  desk = await openDesk({ runs: 4 })
  described = (await (await ask('/api/openapi.json')).json()) as Description
  ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
  ajv.addKeyword('components')
  // Programs must let pass what they do not know; the tests must not: what is not described is a lie by omission.
  ajv.addSchema({ $id: 'api', components: closed(described.components) })
})
afterAll(() => desk.close())

interface Asked {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function ask(path: string, { headers = {}, ...init }: Asked = {}): Promise<Response> {
  return fetch(`${desk.url}${path}`, { ...init, headers: { ...bearer(ADA.token), ...headers } })
}

async function post(path: string, body?: Json): Promise<Response> {
  return ask(path, { method: 'POST', ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

/** An answer is as its operation says, field by field. */
async function expectDescribed(operationId: string, response: Response): Promise<Json> {
  const operations = Object.values(described.paths).flatMap((path) => Object.values(path))
  const operation = operations.find((each) => each.operationId === operationId)
  const schema = operation?.responses[String(response.status)]?.content['application/json']?.schema
  if (schema === undefined) throw new Error(`${operationId} does not describe status ${response.status}`)
  const body = (await response.json()) as Json
  const validate = ajv.compile(pointed(closed(schema)) as Json)
  expect(validate(body) ? [] : validate.errors).toEqual([])
  return body
}

describe('the description', () => {
  test('has every route that answers, and every one that it has answers', async () => {
    const paths = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(paths.toSorted()).toEqual([
      'get /api/connectors',
      'get /api/events',
      'get /api/history.csv',
      'get /api/history.jsonl',
      'get /api/holds',
      'get /api/holds/{id}',
      'get /api/openapi.json',
      'get /api/resources/{name}',
      'get /api/resources/{name}/runs',
      'get /api/runs',
      'get /api/runs/{id}',
      'get /api/status',
      'post /api/connectors/{name}/check',
      'post /api/holds/{id}/approve',
      'post /api/holds/{id}/reject',
      'post /api/resources/{name}/pause',
      'post /api/resources/{name}/resume',
      'post /api/resources/{name}/run',
    ])
    const other = await ask('/api/something-else')
    expect(other.status).toBe(404)
    expect(await other.json()).toMatchObject({ error: { code: 'unknown-route' } })
  })

  test('is OpenAPI 3.1 whose references all lead somewhere', () => {
    expect(described['openapi']).toBe('3.1.0')
    const refs = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    expect(refs.filter((name) => !((name ?? '') in described.components.schemas))).toEqual([])
  })
})

describe('answers are as described', () => {
  test.each([
    ['showStatus', '/api/status'],
    ['showResource', '/api/resources/contractors'],
    ['showResource', '/api/resources/background-checks'],
    ['listResourceRuns', '/api/resources/directory/runs?limit=3&since=2020-01-01T00:00:00Z'],
    ['listRuns', '/api/runs?limit=2'],
    ['listRuns', '/api/runs?resource=people'],
    ['showRun', '/api/runs/run-seed-29'],
    ['listHolds', '/api/holds'],
    ['showHold', `/api/holds/${SEEDED_HOLD}`],
    ['listConnectors', '/api/connectors'],
  ])('%s: %s', async (operation, path) => {
    const response = await ask(path)
    expect(response.status).toBe(200)
    await expectDescribed(operation, response)
  })

  test.each([
    ['showResource', '/api/resources/nothing', 404, 'unknown-resource'],
    ['showRun', '/api/runs/nothing', 404, 'unknown-run'],
    ['showHold', '/api/holds/nothing', 404, 'unknown-hold'],
    ['listRuns', '/api/runs?limit=0', 400, 'bad-request'],
    ['listRuns', '/api/runs?limit=many', 400, 'bad-request'],
    ['listRuns', '/api/runs?limti=5', 400, 'bad-request'],
    ['listRuns', '/api/runs?before=nothing', 404, 'unknown-run'],
    ['listResourceRuns', '/api/resources/people/runs?since=yesterday', 400, 'bad-request'],
  ])('of what is wrong, too: %s %s', async (operation, path, status, code) => {
    const response = await ask(path)
    expect(response.status).toBe(status)
    expect(await expectDescribed(operation, response)).toMatchObject({ error: { code } })
  })
})

describe('deciding', () => {
  test('pausing and resuming are put on record with who, why and how they were proven', async () => {
    const paused = await post('/api/resources/secrets/pause', { reason: 'the vault moves', for: '2d' })
    const body = await expectDescribed('pauseResource', paused)
    expect(body).toMatchObject({ resource: { paused: { by: 'ada', reason: 'the vault moves' } } })
    await expectDescribed('resumeResource', await post('/api/resources/secrets/resume', { reason: 'it has moved' }))
    const again = await post('/api/resources/secrets/resume', { reason: 'once more' })
    expect(again.status).toBe(409)
    await expectDescribed('resumeResource', again)
  })

  test.each([
    [{ for: '2d' }],
    [{ reason: '', for: '2d' }],
    [{ reason: 'x', for: 'for ever' }],
    [{ reason: 'x', for: '0s' }],
    [{ reason: 'x', for: '2d', by: 'somebody else' }],
  ])('a body that is not as described changes nothing: %j', async (body) => {
    const refused = await post('/api/resources/secrets/pause', body)
    expect(refused.status).toBe(400)
    await expectDescribed('pauseResource', refused)
  })

  test('a run begins, and its id is answered', async () => {
    const response = await post('/api/resources/people/run')
    expect(response.status).toBe(202)
    const { runId } = await expectDescribed('runResource', response)
    await expectDescribed('showRun', await ask(`/api/runs/${String(runId)}`))
  })

  test('a page’s script decides with the session’s token in a header', async () => {
    const browser = createBrowser(desk.url)
    await browser.login(ADA.name, ADA.password)
    const headers = { cookie: browser.cookie ?? '', origin: desk.url }
    const send = async (more: Record<string, string>): Promise<number> => {
      const init = { method: 'POST', headers: { ...headers, ...more } }
      return (await fetch(`${desk.url}/api/connectors/people-csv/check`, init)).status
    }
    expect(await send({ 'x-csrf-token': browser.csrf })).toBe(200)
    expect(await send({})).toBe(403)
  })

  test('a connector is checked', async () => {
    await expectDescribed('checkConnector', await post('/api/connectors/people-csv/check'))
    expect((await post('/api/connectors/nothing/check')).status).toBe(404)
  })

  test('a hold is rejected, then approved, by whoever HTTP Basic proves; then it has ended', async () => {
    await expectDescribed('rejectHold', await post(`/api/holds/${SEEDED_HOLD}/reject`, { reason: 'not yet' }))
    const approved = await fetch(`${desk.url}/api/holds/${SEEDED_HOLD}/approve`, {
      method: 'POST',
      headers: basic(ADA.name, ADA.password),
      body: JSON.stringify({ reason: 'they left' }),
    })
    expect(approved.status).toBe(202)
    await expectDescribed('approveHold', approved)
    expect((await desk.state.holds.get(SEEDED_HOLD))?.decision).toMatchObject({
      by: 'ada',
      provenBy: 'password by HTTP Basic',
      reason: 'they left',
    })
    const late = await post(`/api/holds/${SEEDED_HOLD}/approve`, { reason: 'again' })
    expect(late.status).toBe(409)
    expect(await expectDescribed('approveHold', late)).toMatchObject({ error: { code: 'hold-ended' } })
  })
})

describe('personal data', () => {
  const paths = [
    '/api/status',
    '/api/resources/mac-laptops',
    '/api/resources/mac-laptops/runs',
    '/api/runs',
    '/api/runs/run-seed-29',
    '/api/runs/run-seed-28',
    '/api/holds',
    `/api/holds/${SEEDED_HOLD}`,
    '/api/connectors',
    '/api/history.csv',
    '/api/history.jsonl',
    '/metrics',
    '/healthz',
  ]

  test.each(paths)('is masked in %s', async (path) => {
    const text = await (await ask(path)).text()
    expect(CANARIES.filter((canary) => text.includes(canary))).toEqual([])
  })

  test('has one mask for one id, so that a record can be followed', async () => {
    const [run, hold] = await Promise.all([
      ask('/api/runs/run-seed-29').then((answer) => answer.text()),
      ask(`/api/holds/${SEEDED_HOLD}`).then((answer) => answer.text()),
    ])
    const mask = `#${desk.state.digest(CANARIES[0]).slice(0, 10)}`
    expect(run).toContain(mask)
    expect(hold).toContain(mask)
  })

  test('is shown to a program that asks, and who asked from where is logged and put on record', async () => {
    const before = desk.said.length
    const revealed = await (await ask('/api/runs/run-seed-29?reveal=1')).text()
    expect(revealed).toContain('Ada Canary')
    const again = await ask('/api/runs/run-seed-29', { headers: { 'x-reveal': '1' } })
    expect(await again.text()).toContain('Ada Canary')
    const facts = { by: 'ada', provenBy: 'token', from: '127.0.0.1', what: '/api/runs/run-seed-29' }
    expect(desk.said.slice(before)).toEqual([
      { level: 'warn', message: 'Personal data is shown', facts },
      { level: 'warn', message: 'Personal data is shown', facts },
    ])
  })

  test('is shown on the page for fifteen minutes to the session that asked, and hidden at once when told', async () => {
    const browser = createBrowser(desk.url)
    await browser.login(VERA.name, VERA.password)
    expect((await browser.get('/runs/1')).text).toContain('masked')
    await browser.get('/')
    expect((await browser.post('/reveal', { next: '/runs/1' })).location).toBe('/runs/1')
    expect((await browser.get('/runs/1')).text).toContain('revealed')
    const other = createBrowser(desk.url)
    await other.login(VERA.name, VERA.password)
    expect((await other.get('/runs/1')).text).toContain('masked')
    await browser.get('/')
    await browser.post('/reveal', { next: '/runs/1', hide: '1' })
    expect((await browser.get('/runs/1')).text).toContain('masked')
  })
})

describe('lists and exports', () => {
  test('runs come a page at a time, each once', async () => {
    const seen: string[] = []
    let path: string | undefined = '/api/runs?limit=3'
    while (path !== undefined) {
      const page = (await (await ask(path)).json()) as { runs: { id: string }[]; next?: string }
      seen.push(...page.runs.map(({ id }) => id))
      path = page.next === undefined ? undefined : `/api/runs?limit=3&before=${page.next}`
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.slice(-4)).toEqual(['run-seed-29', 'run-seed-28', 'run-seed-27', 'run-seed-26'])
  })

  beforeAll(async () => {
    // As a run writes them: the export is made of the chained entries, not of the rows that status looks at.
    const runs = await desk.state.runs.list({ limit: 100 })
    for (const { command, startedBy, toolVersion, configHash: config, resources } of runs.toReversed()) {
      for (const { scope: chain, ...row } of resources) {
        const facts = { ...row, command, startedBy, toolVersion, config }
        await desk.state.append({ chain, at: row.at, kind: 'run', facts })
      }
    }
  })

  test('the history is a line for each resource of each run, as CSV and as JSON lines', async () => {
    const csv = (await (await ask('/api/history.csv')).text()).trimEnd().split('\r\n')
    const jsonl = (await (await ask('/api/history.jsonl')).text()).trimEnd().split('\n')
    expect(csv.length - 1).toBe(jsonl.length)
    const held = jsonl.map((line) => JSON.parse(line) as Json).find((line) => line['hold'] === SEEDED_HOLD)
    expect(held).toMatchObject({
      run: 'run-seed-29',
      resource: 'contractors',
      startedBy: 'schedule',
      toolVersion: '0.1.0',
      outcome: 'held',
      decision: 'used',
      decidedBy: 'ada',
      reason: 'they left',
    })
    expect(csv[0]?.split(',').slice(0, 4)).toEqual(['at', 'run', 'command', 'startedBy'])
  })

  test('the history of one resource, as the page asks for it, is its lines alone', async () => {
    const every = (await (await ask('/api/history.jsonl')).text()).trimEnd().split('\n')
    const wanted = every.filter((line) => (JSON.parse(line) as Json)['resource'] === 'contractors')
    const jsonl = await (await ask('/api/history.jsonl?resource=contractors')).text()
    const csv = await (await ask('/api/history.csv?resource=contractors')).text()
    expect(wanted.length).toBeLessThan(every.length)
    expect(jsonl.trimEnd().split('\n')).toEqual(wanted)
    expect(csv.trimEnd().split('\r\n').length - 1).toBe(wanted.length)
  })

  test('what a spreadsheet would run as a formula is text in the CSV', async () => {
    const [hold] = await desk.state.holds.list()
    if (hold === undefined) throw new Error('There is no hold')
    const decision = { by: 'ada', provenBy: 'token', reason: '=HYPERLINK("http://evil.example.com")', at: 0 }
    await desk.state.holds.save({ ...hold, decision })
    expect(await (await ask('/api/history.csv')).text()).toContain(`,"'=HYPERLINK(""http://evil.example.com"")",`)
  })
})

describe('the stream of events', () => {
  test('tells what a run says while it goes on, and progress not at each step', async () => {
    const stream = await ask('/api/events')
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const reading = readUntil(stream, 'event: run-finished')
    for (let done = 0; done < 100; done++)
      desk.operator.emit({ kind: 'progress', resource: 'people', stage: 'read', done, unit: 'rows' })
    await post('/api/resources/people/run')
    const text = await reading
    expect(text.match(/event: progress/g)).toHaveLength(1)
    expect(text).toContain('event: resource-finished\ndata: {"kind":"resource-finished","resource":"people"')
  })

  test('is not opened without end, and one that is left makes room', async () => {
    const streams = await Promise.all(Array.from({ length: 64 }, () => ask('/api/events')))
    expect(streams.every(({ status }) => status === 200)).toBe(true)
    const refused = await ask('/api/events')
    expect(refused.status).toBe(503)
    await refused.text()
    await Promise.all(streams.map(async (stream) => stream.body?.cancel()))
    await expect
      .poll(async () => {
        const again = await ask('/api/events')
        await again.body?.cancel()
        return again.status
      })
      .toBe(200)
  })
})

async function readUntil({ body }: Response, word: string): Promise<string> {
  let text = ''
  if (body === null) return text
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes(word)) break
  }
  return text
}

/** Every object whose fields are listed has no others. */
function closed(value: unknown): Json {
  return mapped(value, (object) =>
    'properties' in object && !('additionalProperties' in object) ? { ...object, additionalProperties: false } : object,
  ) as Json
}

/** References to components, from outside of the description. */
function pointed(value: unknown): unknown {
  return mapped(value, (object) =>
    typeof object['$ref'] === 'string' ? { ...object, $ref: `api${object['$ref']}` } : object,
  )
}

function mapped(value: unknown, change: (object: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((each) => mapped(each, change))
  if (typeof value !== 'object' || value === null) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapped(each, change)])))
}
