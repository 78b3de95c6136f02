/** Every example does what its page says, by the very commands that stand there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { parse } from 'yaml'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { codeBlocks, readText, ROOT, section, tableRows } from '../docs/pages.ts'
import { type Office, openOffice } from '../support/cli.ts'
import { DOMAIN, sambaInstalled, startSamba } from '../support/samba.ts'
import { describeWithService, type Probe, programs } from '../support/service.ts'
import { freePort } from '../support/slapd.ts'

const FOLDER = join(ROOT, 'examples')
/** `first` is walked through in the README, and has no page of its own. */
const NAMES = readdirSync(FOLDER).filter((name) => has(name, 'vanta.config.yaml') && has(name, 'readme.md'))

const LONG = 90_000

/** What an example needs of the machine. */
const NEEDS: Readonly<Record<string, Probe>> = {
  'ldap-people': programs('slapd'),
  'ad-computers': programs('slapd'),
  'exec-script': programs('python3'),
}

function has(name: string, file: string): boolean {
  return existsSync(join(FOLDER, name, file))
}

interface Page {
  /** Of a server that the example brings; undefined when it has none. */
  readonly server: string | undefined
  /** Arguments of each command that is typed in the folder, in order. */
  readonly commands: readonly (readonly string[])[]
  /** How many records of each type Vanta holds in the end. */
  readonly arrives: Readonly<Record<string, number>>
}

function pageOf(name: string): Page {
  const page = readText(`examples/${name}/readme.md`)
  const blocks = codeBlocks(section(page, 'Run it'), 'sh').map((text) => linesOf(text))
  const walk = blocks.at(-1) ?? []
  const server = blocks.length > 2 ? blocks[1] : undefined
  for (const block of server === undefined ? [walk] : [walk, server]) expect(block[0]).toBe(`cd examples/${name}`)
  const rows = tableRows(section(page, 'What arrives'))
  return {
    server: server?.[1],
    commands: walk.slice(1).map((line) => line.split(' ').slice(2)),
    arrives: Object.fromEntries(rows.map(([type = '', count]) => [type.replaceAll('`', ''), Number(count)])),
  }
}

function linesOf(block: string): string[] {
  const lines = block.split('\n').filter((line) => line !== '')
  return lines.map((line) => line.replace(/\s+#.*$/, ''))
}

/** A copy of the example in a folder of its own, beside a sandbox; both are gone when the test ends. */
async function openExample(name: string, { onTestFinished }: TestContext): Promise<Office> {
  const office = await openOffice({ config: () => readText(`examples/${name}/vanta.config.yaml`) })
  onTestFinished(() => office.close())
  await cp(join(FOLDER, name), office.folder, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => basename(path) !== '.vanta-sync',
  })
  office.env['VANTA_BASE_URL'] = office.sandbox.url
  office.env['VANTA_CLIENT_ID'] = office.sandbox.credentials.clientId
  office.env['VANTA_CLIENT_SECRET'] = office.sandbox.credentials.clientSecret
  return office
}

interface Start {
  readonly name: string
  readonly command: string
  readonly context: TestContext
}

/** Starts the server as the page says, with a port of its own behind, and takes over the variables that it prints. */
async function startServer(office: Office, { name, command, context }: Start): Promise<void> {
  const [program, ...args] = command.split(' ')
  const child = spawn(program ?? '', [...args, String(await freePort())], {
    cwd: join(FOLDER, name),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  context.onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  for await (const text of child.stdout.setEncoding('utf8')) {
    said += String(text)
    if (said.split('\n').length > 2) break
  }
  const variables = [...said.matchAll(/^export (\w+)=(.*)$/gm)]
  if (variables.length !== 2) throw new Error(`the server of ${name} did not start: ${said}`)
  for (const [, variable = '', value = ''] of variables) office.env[variable] = value
}

/** How many records of each type Vanta holds alive. */
function heldByType(office: Office): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type, records } of office.sandbox.control.state().resources) {
    const alive = records.filter((record) => record['deletedAt'] === null || record['deletedAt'] === undefined)
    counts[type] = (counts[type] ?? 0) + alive.length
  }
  return counts
}

async function succeed(office: Office, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await office.cli(...args)
  expect({ args, code, said: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, said: '' })
}

async function expectNothingToChange(office: Office): Promise<void> {
  const again = await office.json('run')
  expect(again).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
  for (const resource of again.resources) {
    expect(resource).toMatchObject({ outcome: 'pushed', changes: { added: 0, changed: 0, removed: 0 } })
    expect(resource.problems ?? []).toEqual([])
  }
}

async function followPage(name: string, context: TestContext): Promise<void> {
  const { server, commands, arrives } = pageOf(name)
  const office = await openExample(name, context)
  if (server !== undefined) await startServer(office, { name, command: server, context })
  expect(commands.map(([command]) => command)).toEqual(['validate', 'test', 'preview', 'plan', 'run'])
  for (const args of commands) {
    expect(heldByType(office)).toEqual({})
    await succeed(office, args)
  }
  expect(heldByType(office)).toEqual(arrives)
  await expectNothingToChange(office)
}

const OF_PAGES = 'does what its page says, and a second run changes nothing'

/** Its commands measure time, so it runs by itself. */
const ALONE = 'assets'

describe.concurrent.each(NAMES.filter((name) => name !== ALONE))('examples/%s', (name) => {
  describeWithService('on this machine', NEEDS[name] ?? programs(), () => {
    it(OF_PAGES, { timeout: LONG }, (context) => followPage(name, context))
  })
})

describe(`examples/${ALONE}`, () => {
  it(OF_PAGES, { timeout: LONG }, (context) => followPage(ALONE, context))

  it('pushes nothing when its list lacks the last line: exit 12', async (context) => {
    const office = await openExample(ALONE, context)
    const whole = await readFile(join(office.folder, 'network-devices.txt'), 'utf8')
    await office.write('network-devices.txt', whole.slice(0, whole.indexOf('# 14')))
    expect((await office.cli('run')).code).toBe(12)
    expect(heldByType(office)).toEqual({})
  })
})

describe.each(NAMES)('The page of examples/%s', (name) => {
  it('links to pages that are there', () => {
    const links = [...readText(`examples/${name}/readme.md`).matchAll(/\]\(([^)]*)\)/g)].map(([, path = '']) => path)
    expect(links).not.toHaveLength(0)
    expect(links.filter((path) => !existsSync(join(FOLDER, name, path)))).toEqual([])
  })
})

interface Config {
  readonly resources: Readonly<Record<string, { readonly type: string; readonly resourceId: string }>>
}

function resourcesOf(name: string): Config['resources'][string][] {
  return Object.values((parse(readText(`examples/${name}/vanta.config.yaml`)) as Config).resources)
}

describe('The examples', () => {
  it('meet all twelve resource types', () => {
    const met = new Set(NAMES.flatMap((name) => resourcesOf(name).map((resource) => resource.type)))
    expect(met).toEqual(new Set(resourceTypeNames))
    expect(met.size).toBe(12)
  })

  it('are all in the table of the README, with their types', () => {
    const rows = tableRows(section(readText('README.md'), 'Examples'))
    const listed: Record<string, string[]> = {}
    for (const [link = '', , types = ''] of rows) {
      const name = dirname(/\(examples\/(.*)\)/.exec(link)?.[1] ?? '')
      listed[name] = [...types.matchAll(/`(\w+)`/g)].map(([, each = '']) => each)
    }
    const expected = NAMES.map((name) => [name, resourcesOf(name).map((resource) => resource.type)] as const)
    expect(listed).toEqual(Object.fromEntries(expected))
  })

  it('have a resource id for each resource, so that one may be tried after another', () => {
    const ids = NAMES.flatMap((name) => resourcesOf(name).map(({ resourceId }) => resourceId))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describeWithService('examples/exec-script', programs('python3'), () => {
  it('pushes nothing when its source was cut off: exit 12', async (context) => {
    const office = await openExample('exec-script', context)
    const whole = await readFile(join(office.folder, 'wg0.conf'))
    await office.write('wg0.conf', whole.subarray(0, -1))
    const { code, stderr } = await office.cli('run')
    expect({ code, held: heldByType(office) }).toEqual({ code: 12, held: {} })
    expect(stderr).toContain('not whole')
  })
})

const READER = `CN=vanta-sync,OU=Service Accounts,${DOMAIN}`
const READER_PASSWORD = 'Read-0nly!pass'

/** The entries as a real domain takes them: without its root, and without what the domain controller writes itself. */
function forDomainController(ldif: string): string {
  const [, , ...entries] = ldif.split('\n\n')
  const added = entries.map((entry) => {
    const lines = entry
      .split('\n')
      .filter((line) => !/^(objectGUID|objectCategory|whenCreated|userPassword):/.test(line))
    return [lines[0], 'changetype: add', ...lines.slice(1)].filter((line) => line !== '').join('\n')
  })
  const password = Buffer.from(`"${READER_PASSWORD}"`, 'utf16le').toString('base64')
  return added.map((entry) => (entry.includes(READER) ? `${entry}\nunicodePwd:: ${password}` : entry)).join('\n\n')
}

describeWithService('examples/ad-computers with a Samba domain controller', sambaInstalled, () => {
  it('sends what it sends with the server of the page', { timeout: 240_000 }, async (context) => {
    const domain = await startSamba(`${forDomainController(readText('examples/ad-computers/domain.ldif'))}\n`)
    context.onTestFinished(() => domain.stop())
    const office = await openExample('ad-computers', context)
    const access = `directory: active-directory\n      ca: ${domain.caFile}\n      serverName: ${domain.serverName}`
    const config = readText('examples/ad-computers/vanta.config.yaml')
    await office.write('vanta.config.yaml', config.replace('directory: active-directory', access))
    office.env['LDAP_URL'] = `ldaps://${domain.address}`
    office.env['LDAP_PASSWORD'] = READER_PASSWORD
    await succeed(office, ['run'])
    expect(heldByType(office)).toEqual(pageOf('ad-computers').arrives)
    const [computer] = office.sandbox.control
      .state()
      .resources.flatMap(({ records }) => records)
      .filter((record) => record['displayName'] === 'NB-0119')
    expect(computer).toMatchObject({
      osName: 'Windows 10 Enterprise',
      owner: 'katherine.johnson@people-x.example',
      drives: [{ name: 'C:', encrypted: false, isBootVolume: true }],
    })
    await expectNothingToChange(office)
  })
})
