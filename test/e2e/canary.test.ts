/**
 * Secrets and people with names like nobody's are planted wherever they can stand; every party that holds a secret tells
 * it back. Then all that leaves the program is searched for them.
 */
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLdapServer } from '../support/ldap-server.ts'
import { type Office, openOffice, person, textsBelow } from '../support/cli.ts'
import { ask, PASSWORD, startDaemonIn, TOKEN } from '../support/daemon.ts'
import { listen } from '../support/loopback.ts'
import { listenRecording, type Recorder } from '../support/recorder.ts'
import { type Asked, type Reply, startApi } from '../support/scripted-api.ts'
import { disguises } from '../support/secret-disguises.ts'

const SECRETS = {
  PEOPLE_X_CLIENT_SECRET: 'vcs_canary-7Kq2+/wZ"9é',
  API_TOKEN: 'rest-canary-tok/9+Zx"aa',
  LDAP_PASSWORD: 'ldap-canary pass&<w>rd"1',
  SQL_URL_PASSWORD: 'sql-canary:p@ss/word+2',
  EXEC_SECRET: 'exec-canary-"line"-of-it',
  MODULE_TOKEN: 'module-canary-0123456789',
  HOOK_SECRET: 'hook-canary-signing-key',
  HOOK_PATH: '/services/T0CANARY0/B0CANARY0/x7Yk2canaryQw9',
  BOT_TOKEN: TOKEN,
  ADA_PASSWORD: PASSWORD,
}

/** No word of ours has these letters. */
const PERSONAL = /qanary|zaphod|QID-\d/i

const quark = (number: number): ReturnType<typeof person> =>
  person(number, {
    uniqueId: `QID-${77_000 + number}`,
    externalUrl: `https://hr.example.com/people/QID-${77_000 + number}`,
    fullName: `Zaphod Qanary ${number}`,
    displayName: `Zaphod Qanary ${number}`,
    accountName: `zqanary${number}`,
    email: `zaphod.${number}@qanary.example`,
  })
const quarks = (count: number): ReturnType<typeof person>[] => Array.from({ length: count }, (_, index) => quark(index))

const MODULE = `import { defineConnector } from 'vanta-sync'

export default defineConnector({
  apiVersion: 1,
  name: 'leaky',
  options: {
    type: 'object',
    properties: { token: { type: 'string', secret: true, description: 'A token.' } },
    required: ['token'],
  },
  async check({ options }) {
    throw new Error('checked with ' + options.token.reveal())
  },
  async *read({ options, log }) {
    const token = options.token.reveal()
    log.info('reading with ' + token, { token, nested: { list: [token] } })
    yield* []
    throw new Error('refused', { cause: new Error('the API said: Basic ' + Buffer.from('me:' + token).toString('base64')) })
  },
})
`

const PROGRAM = `
const secret = process.env.EXEC_SECRET
console.error('I was given ' + secret)
console.error(encodeURIComponent(secret) + ' ' + Buffer.from(secret).toString('hex'))
process.exit(3)
`

interface Stage {
  readonly office: Office
  readonly hook: Recorder
  /** Tokens that Vanta minted. */
  readonly tokens: Set<string>
  /** What Vanta refuses, telling back what it was sent. */
  refuses: 'nothing' | 'pushes' | 'tokens'
}

async function openStage(closers: (() => Promise<void>)[]): Promise<Stage> {
  const hook = await listenRecording(({ path, headers }) => ({
    status: 500,
    body: `no such hook: ${path} signed ${JSON.stringify(headers)}`,
  }))
  const api = await startApi(({ headers }) => ({ status: 401, body: { message: `bad ${headers.authorization}` } }))
  const ldap = await startLdapServer({
    rootDse: { supportedLDAPVersion: '3' },
    bind: (request) => ({ code: 49, message: `wrong: ${JSON.stringify(request)} ${SECRETS.LDAP_PASSWORD}` }),
    search: () => [],
  })
  const sql = await listen(createServer(tellPasswordBack))
  const stage = { hook, tokens: new Set<string>(), refuses: 'nothing' as Stage['refuses'] }
  const office = await openOffice({
    sandbox: { applications: [{ clientSecret: SECRETS.PEOPLE_X_CLIENT_SECRET }], limits: HIGH },
    people: quarks(40),
    config: ({ url }) => config({ vanta: url, api: api.url, ldap: ldap.url }),
  })
  const vanta = await startApi((asked) => forward(asked, office.sandbox.url, stage))
  closers.push(office.close, hook.close, api.close, ldap.close, sql.close, vanta.close)
  await office.write('vanta.config.yaml', config({ vanta: vanta.url, api: api.url, ldap: ldap.url }))
  await office.write('connectors/leaky.ts', MODULE)
  await office.write('tell.mjs', PROGRAM)
  const password = encodeURIComponent(SECRETS.SQL_URL_PASSWORD)
  Object.assign(office.env, SECRETS, {
    HOOK: `${hook.url}${SECRETS.HOOK_PATH}`,
    SQL_URL: `postgres://reader:${password}@127.0.0.1:${sql.port}/hr`,
  })
  return Object.assign(stage, { office })
}

const HIGH = { tokenRequests: 1000, resourceRequests: 1000 }

/** To the sandbox and back, with what we sent it in its answer. */
async function forward(asked: Asked, to: string, stage: Omit<Stage, 'office'>): Promise<Reply> {
  const { method, path, headers, body } = asked
  const authorization = headers.authorization ?? ''
  const refused = stage.refuses === 'pushes' ? method === 'PUT' : stage.refuses === 'tokens' && path === '/oauth/token'
  if (refused) return refusal(`${authorization} ${body}`)
  const answer = await fetch(`${to}${path}`, {
    method,
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === '' ? {} : { body }),
  })
  const text = await answer.text()
  const token = /"access_token":"([^"]+)"/.exec(text)?.[1]
  if (token !== undefined) stage.tokens.add(token)
  const told = method === 'PUT' && answer.status === 200 ? JSON.stringify({ success: true, seen: authorization }) : text
  return { status: answer.status, headers: { 'content-type': answer.headers.get('content-type') ?? '' }, body: told }
}

function refusal(sent: string): Reply {
  const plain = sent.slice(0, 200)
  const secret = /"client_secret":("(?:[^"\\\\]|\\\\.)*")/.exec(sent)?.[1] ?? '""'
  const said = `no: ${plain} ${JSON.parse(secret) as string} ${Buffer.from(plain).toString('base64')}`
  return { status: secret === '""' ? 400 : 401, body: { error: 'invalid_client', error_description: said } }
}

/** A PostgreSQL that asks for the password in plain text, and tells it back. */
function tellPasswordBack(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    if (bytes.length === 8) return void socket.write('N')
    if (bytes[0] !== 0x70) return void socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]))
    const password = bytes.toString('utf8', 5, bytes.length - 1)
    const fields = Buffer.from(`SFATAL\0VFATAL\0C28P01\0Mno user with the password ${password}\0Dtried ${password}\0\0`)
    const head = Buffer.alloc(5)
    head.write('E')
    head.writeInt32BE(fields.length + 4, 1)
    socket.end(Buffer.concat([head, fields]))
  })
}

const RESOURCES = ['people', 'api', 'directory', 'database', 'program', 'module']

function config({ vanta, api, ldap }: { vanta: string; api: string; ldap: string }): string {
  const resources = RESOURCES.map(
    (name, index) => `  ${name}-accounts:
    application: people-x
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f56${index}
    from: [{ connector: ${name} }]
`,
  )
  return `vanta:
  baseUrl: ${vanta}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  people:
    use: csv
    with: { path: ./people.csv }
  api:
    use: rest
    with: { url: '${api}/people', auth: { bearer: { env: API_TOKEN } }, paging: { none: {} } }
  directory:
    use: ldap
    with: { urls: ['${ldap}'], bindDn: 'cn=reader', password: { env: LDAP_PASSWORD }, base: 'dc=x' }
  database:
    use: sql
    with: { kind: postgres, url: { env: SQL_URL }, tls: off, query: select 1 }
  program:
    use: exec
    with: { command: [node, ./tell.mjs], secretEnv: { EXEC_SECRET: { env: EXEC_SECRET } } }
  module:
    use: ./connectors/leaky.ts
    with: { token: { env: MODULE_TOKEN } }
resources:
${resources.join('')}notify: [{ webhook: { url: { env: HOOK }, secret: { env: HOOK_SECRET } } }]
metrics: { textfile: ./vanta_sync.prom }
server:
  port: 0
  users:
    - { name: bot, role: approver, token: { env: BOT_TOKEN } }
    - { name: ada, role: approver, password: { env: ADA_PASSWORD } }
`
}

/** What left the program, by where it was seen. */
type Seen = Map<string, string>

describe('a canary', () => {
  const closers: (() => Promise<void>)[] = []
  /** What may hold no secret. */
  const seen: Seen = new Map()
  /** What may hold no person either. */
  const impersonal: Seen = new Map()
  let stage: Stage

  const note = (where: string, text: string, { people = false } = {}): void => {
    if (text === '') throw new Error(`${where} is empty`)
    seen.set(where, text)
    if (!people) impersonal.set(where, text)
  }

  async function cli(where: string, ...args: string[]): Promise<string> {
    const { stdout, stderr } = await stage.office.cli('--log-level', 'debug', ...args)
    if (stdout !== '') note(`stdout of ${where}`, stdout, { people: true })
    note(`stderr of ${where}`, stderr)
    return stdout
  }

  async function inProcess(where: string, ...args: string[]): Promise<void> {
    const { stdout, stderr } = await ask(stage.office, ...args)
    note(where, `${stdout}${stderr}`, { people: true })
  }

  beforeAll(async () => {
    stage = await openStage(closers)
    const { office, hook } = stage
    // Vanta tells the token back with its consent, then a plan that is held, then with its refusal.
    const first = JSON.parse(await cli('the first run', '--json', 'run')) as Ran
    expect(first.resources.map(({ outcome }) => outcome)).toEqual(['pushed', ...RESOURCES.slice(1).map(() => 'failed')])
    await office.export(quarks(20))
    const held = JSON.parse(await cli('the held run', '--json', 'run')) as Ran
    expect(held.resources[0]?.outcome).toBe('held')
    const reason = `the token ${SECRETS.MODULE_TOKEN} was changed`
    await inProcess('approve', '--log-level', 'debug', 'approve', 'people-accounts', '--reason', reason)
    expect(office.held()).toHaveLength(20)
    await office.export(quarks(21))
    stage.refuses = 'pushes'
    const refused = JSON.parse(await cli('the refused run', '--json', 'run', '--items', 'all')) as Ran
    expect(refused.resources[0]?.outcome).toBe('failed')
    expect(hook.requests.length).toBeGreaterThan(0)
    for (const { body } of hook.requests) note(`notification ${hook.requests.length}`, body)

    await inProcess('show', '--json', 'show', refused.runId)
    await inProcess('status', 'status')
    await inProcess('history', '--json', 'history')
    await inProcess('preview', '--json', 'preview', 'people-accounts')
    await inProcess('remote', '--json', 'remote', 'people-accounts', '--deleted')
    await inProcess('validate', '--json', 'validate')
    await inProcess('notify test', 'notify', 'test')
    const masked = await ask(office, '--json', 'plan', 'people-accounts', '--redact')
    note('plan --redact', masked.stdout)

    stage.refuses = 'tokens'
    const daemon = await startDaemonIn(office)
    expect((await daemon.ended(await daemon.run('people-accounts'))).exitCode).toBe(20)
    for (const connector of RESOURCES) {
      const checked = await daemon.post(`/api/connectors/${connector}/check`)
      note(`check of ${connector}`, checked.text)
    }
    const pages = ['', 'runs', `runs/${first.runId}`, `runs/${held.runId}`, `runs/${refused.runId}`, 'holds']
    const more = ['connectors', 'history', 'resources/people-accounts', 'resources/module-accounts']
    for (const path of [...pages, ...more]) {
      const page = await fetch(`${daemon.url}/${path}`, {
        headers: { accept: 'text/html', authorization: `Bearer ${SECRETS.BOT_TOKEN}` },
      })
      expect([path, page.status]).toEqual([path, 200])
      note(`page /${path}`, await page.text())
    }
    const apis = ['status', 'runs', `runs/${first.runId}`, `runs/${held.runId}`, `runs/${refused.runId}`, 'holds']
    for (const path of [...apis, 'connectors', 'history.jsonl', 'history.csv', 'resources/people-accounts/runs']) {
      const answer = await daemon.get(`/api/${path}`)
      expect([path, answer.status]).toEqual([path, 200])
      note(`/api/${path}`, answer.text)
    }
    for (const path of ['/metrics', '/healthz']) note(path, (await daemon.get(path)).text)
    const { stderr } = await daemon.end()
    note('stderr of the daemon', stderr)

    for (const [path, text] of await textsBelow(office.folder)) {
      const name = path.slice(office.folder.length + 1)
      if (name.startsWith('.vanta-sync')) seen.set(name, text)
      if (name.endsWith('.prom')) note(name, text)
    }
  }, 120_000)

  afterAll(async () => {
    await Promise.all(closers.map((close) => close()))
  })

  it('of each party was told back, so that there was something to find', () => {
    const said = [...seen.values()].join('\n')
    for (const words of [
      'bad Bearer [secret]',
      'I was given [secret]',
      'reading with [secret]',
      'password [secret]',
      'no: Bearer [secret]',
      'token [secret] was',
    ])
      expect([words, said.includes(words)]).toEqual([words, true])
    expect(stage.tokens.size).toBeGreaterThan(2)
    expect([...seen.keys()].filter((name) => name.startsWith('.vanta-sync'))).toContain('.vanta-sync/state.db')
  })

  it('that is a secret shows nowhere, in none of its forms', () => {
    const secrets = [...Object.values(SECRETS), ...stage.tokens]
    const found: string[] = []
    for (const secret of secrets) {
      for (const form of new Set(disguises(secret))) {
        for (const [where, text] of seen) {
          const isBytes = where.startsWith('.vanta-sync')
          if (text.includes(isBytes ? Buffer.from(form).toString('latin1') : form)) found.push(`${form} in ${where}`)
        }
      }
    }
    expect(found).toEqual([])
  })

  it('that is a person shows only on standard output and in the state', () => {
    const found = [...impersonal].filter(([, text]) => PERSONAL.test(text))
    expect(found.map(([where, text]) => `${where}: ${excerptOf(text)}`)).toEqual([])
    expect([...seen].some(([where, text]) => where === 'show' && PERSONAL.test(text))).toBe(true)
  })
})

interface Ran {
  readonly runId: string
  readonly resources: readonly { readonly outcome: string }[]
}

function excerptOf(text: string): string {
  const at = text.search(PERSONAL)
  return text.slice(Math.max(0, at - 80), at + 40)
}
