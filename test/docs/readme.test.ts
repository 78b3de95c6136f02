/** What the README shows is what is there, and its commands do what it says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { copyFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runProgram as runCommandLine } from '../../cli/program.ts'
import { EXIT } from '../../core/errors.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'
import { type Office, openOffice } from '../support/cli.ts'
import { runProgram } from '../support/run-program.ts'
import { codeBlocks, readText, ROOT, section, tableRows } from './pages.ts'

const README = readText('README.md')
const RESTED = 2100

const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

interface Step {
  readonly line: string
  readonly exitCode: number
}

/** The lines of the walk after `cd my-sync`; a comment may say how one ends. */
function walk(): Step[] {
  const lines = codeBlocks(section(README, 'A first config of your own'), 'sh').join('').split('\n')
  const inside = lines.slice(lines.indexOf('cd my-sync') + 1).filter((line) => line !== '')
  return inside.map((line) => ({
    line: line.replace(/\s+#.*$/, ''),
    exitCode: Number(/# exit (\d+)/.exec(line)?.[1] ?? 0),
  }))
}

function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

async function take(office: Office, { line }: Step): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [program, command, ...args] = words(line)
  if (program === 'npx' && command === 'vanta-sync') return office.cli(...args)
  const done = await runProgram('sh', ['-c', line], { cwd: office.folder })
  // The file that was just written must rest as long as the connector wants, or each step would wait for it.
  await new Promise((resolve) => setTimeout(resolve, RESTED))
  return done
}

async function openExample(): Promise<Office> {
  const office = await openOffice({ config: () => readText('examples/first/vanta.config.yaml') })
  closers.push(office.close)
  copyFileSync(join(ROOT, 'examples/first/people.csv'), join(office.folder, 'people.csv'))
  office.env['VANTA_BASE_URL'] = office.sandbox.url
  office.env['VANTA_CLIENT_ID'] = office.sandbox.credentials.clientId
  office.env['VANTA_CLIENT_SECRET'] = office.sandbox.credentials.clientSecret
  return office
}

describe('The README', () => {
  it('shows the files of examples/first as they are', () => {
    const first = section(README, 'A first config of your own')
    expect(codeBlocks(first, 'yaml')).toEqual([readText('examples/first/vanta.config.yaml')])
    expect(codeBlocks(first, 'csv')).toEqual([readText('examples/first/people.csv')])
  })

  it('shows a schedule and a notification that follow on the first config', async () => {
    const [more = ''] = codeBlocks(section(README, 'Let it run by itself'), 'yaml')
    const office = await openExample()
    office.env['SLACK_WEBHOOK'] = 'https://hooks.example.com/x'
    await office.write('vanta.config.yaml', `${readText('examples/first/vanta.config.yaml')}${more}`)
    expect(await office.cli('validate')).toMatchObject({ code: 0, stderr: '' })
    const status = await office.json<{ resources: object[] }>('status')
    expect(status.resources).toMatchObject([{ maxAgeSeconds: 3 * 3600, schedule: { cron: '17 * * * *', kept: false } }])
  })

  it('walks through commands that end as it says, and Vanta holds what it says', async () => {
    const office = await openExample()
    const outputs: string[] = []
    for (const step of walk()) {
      const { code, stdout, stderr } = await take(office, step)
      expect({ line: step.line, code, stderr: code === step.exitCode ? '' : stderr }).toEqual({
        line: step.line,
        code: step.exitCode,
        stderr: '',
      })
      outputs.push(stdout)
      if (step.line.endsWith('vanta-sync run') && code === 0) expect(office.held()).toHaveLength(6)
    }
    expect(office.held()).toEqual(['E-1001', 'E-1002', 'E-1003'])
    const shown = codeBlocks(section(README, 'A first config of your own'), '')
    expect(shown).toHaveLength(2)
    for (const text of shown) expect(outputs.join('\n')).toContain(text)
  })

  it('lists every command that there is, and no other', async () => {
    let help = ''
    const io = {
      env: {},
      secrets: createSecretRegistry(),
      out: (text: string) => void (help += text),
      err: () => undefined,
      terminal: false,
      colour: false,
    }
    await runCommandLine(['--help'], { ...io, signal: new AbortController().signal, onHangup: () => () => undefined })
    const [, commands = ''] = help.split('Commands:\n')
    const real = [...commands.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name).filter((name) => name !== 'help')
    const listed = tableRows(section(README, 'Commands')).map(([cell = '']) => /\w+/.exec(cell)?.[0])
    expect(real).not.toHaveLength(0)
    expect(new Set(listed)).toEqual(new Set(real))
  })

  it('lists every exit code, and no other', () => {
    const listed = tableRows(section(README, 'Exit codes')).flatMap(([cell = '']) => cell.match(/\d+/g) ?? [])
    expect(listed.map(Number).toSorted((a, b) => a - b)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b))
  })

  it('has a connector that reads all pages, and a run pushes them', async () => {
    const [module = ''] = codeBlocks(section(README, 'Writing a connector'), 'ts')
    const assets = await serveAccounts('secret-token')
    const office = await openOffice({ config: ({ url }) => assetsConfig(url, assets) })
    closers.push(office.close)
    office.env['ASSETS_TOKEN'] = 'secret-token'
    await office.write('connectors/assets.ts', module)
    const done = await office.json('run')
    expect(done).toMatchObject({ exitCode: 0, resources: [{ sources: [{ rows: 3, evidence: 'last page seen' }] }] })
    expect(office.held()).toEqual(['a-1', 'a-2', 'a-3'])
    office.env['ASSETS_TOKEN'] = 'another'
    expect(await office.json('run')).toMatchObject({ exitCode: 12, error: { code: 'assets-refused' } })
  })
})

/** Two pages of accounts for whoever has the token; resolves to the address of the first. */
async function serveAccounts(token: string): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    response.statusCode = request.headers.authorization === `Bearer ${token}` ? 200 : 401
    const last = request.url === '/accounts?page=2'
    const accounts = last ? [{ id: 'a-3' }] : [{ id: 'a-1' }, { id: 'a-2' }]
    response.end(JSON.stringify({ accounts, next: last ? null : `http://${request.headers.host}/accounts?page=2` }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/accounts`
}

function assetsConfig(baseUrl: string, url: string): string {
  return `vanta: { baseUrl: "${baseUrl}" }
applications: { assets: { clientId: { env: PEOPLE_X_CLIENT_ID }, clientSecret: { env: PEOPLE_X_CLIENT_SECRET } } }
connectors: { assets: { use: ./connectors/assets.ts, with: { url: "${url}", token: { env: ASSETS_TOKEN } } } }
resources:
  accounts:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from:
      connector: assets
      map:
        uniqueId: "{{ id }}"
        externalUrl: "https://assets.example.com/{{ id }}"
        fullName: "{{ id }}"
        displayName: "{{ id }}"
        accountName: "{{ id }}"
        email: "{{ id }}@example.com"
        permissionLevel: BASE
        status: ACTIVE
        createdTimestamp: "2024-03-01T08:00:00Z"
        authMethod: SSO
        mfaEnabled: null
        mfaMethods: []
`
}
