/** What others make and we ship: pinned, whole, without scripts, listed, and asked after. */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { listenHttp, type LoopbackServer } from '../support/loopback.ts'
import { type ProgramResult, runProgram } from '../support/run-program.ts'
import { removeTree, writeTree } from '../support/temp-tree.ts'

const ROOT = join(import.meta.dirname, '../..')

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly publishConfig: object
}

interface LockEntry {
  readonly version?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
}

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>
}

const manifest = read('package.json') as Manifest
const packages = Object.entries((read('package-lock.json') as Lock).packages)
const production = packages.filter(([path, { dev }]) => path !== '' && dev !== true)

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
}

const trees: string[] = []
const servers: LoopbackServer[] = []
afterEach(async () => {
  for (const tree of trees.splice(0)) removeTree(tree)
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

describe('dependencies', () => {
  it('have one exact version each', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  it('are installed in that version, by the lock file', () => {
    const locked = new Map(packages)
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect([name, locked.get(`node_modules/${name}`)?.version]).toEqual([name, version])
  })

  it('have a digest in the lock file, but for development on platforms that the registry did not know', () => {
    const without = packages.filter(([path, { integrity }]) => path !== '' && integrity === undefined)
    expect(without.filter(([, { dev, optional }]) => dev !== true || optional !== true)).toEqual([])
    expect(production.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
  })

  it('run no script when they are installed', () => {
    expect(production.length).toBeGreaterThan(30)
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([])
  })
})

describe('a release', () => {
  it('has a bill of materials that npm made of the lock file, the same each time', async () => {
    const tree = writeTree({})
    trees.push(tree)
    for (const name of ['package.json', 'package-lock.json', 'scripts'])
      cpSync(join(ROOT, name), join(tree, name), { recursive: true })
    const bills: string[] = []
    for (let pass = 1; pass <= 2; pass++) {
      const { code, stderr } = await runProgram(process.execPath, [join(tree, 'scripts/sbom.mjs')])
      expect([code, stderr]).toEqual([0, expect.stringContaining('sbom: ')])
      bills.push(readFileSync(join(tree, 'dist/sbom.cdx.json'), 'utf8'))
    }
    const bill = JSON.parse(bills[0] ?? '') as {
      bomFormat: string
      components: { 'bom-ref': string; hashes: unknown[] }[]
    }
    expect(bill.bomFormat).toBe('CycloneDX')
    expect(bill.components.map((component) => component['bom-ref'])).toEqual(
      expect.arrayContaining(Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`)),
    )
    expect(bill.components).toHaveLength(new Set(production.map(([path, { version }]) => `${path} ${version}`)).size)
    expect(bill.components.filter(({ hashes }) => hashes.length === 0)).toEqual([])
    expect(bills[1]).toBe(bills[0])
  })

  it('is written at packing, and published with where it was built', () => {
    expect(manifest.scripts['prepack']).toBe('node scripts/sbom.mjs')
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true })
  })
})

const advisory = (severity: string): object => ({
  id: 1,
  url: 'https://advisories.example.com/1',
  title: 'a weakness',
  severity,
  vulnerable_versions: '<2.0.0',
})

describe('npm run audit', () => {
  async function audit(status: number, body: object): Promise<ProgramResult> {
    const server = await listenHttp((request, response) => {
      request.resume()
      const asked = request.url?.includes('advisories/bulk') === true
      response.writeHead(asked ? status : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(asked ? body : PACKUMENT))
    })
    servers.push(server)
    const lock = { lockfileVersion: 3, packages: { '': { dependencies: { pad: '1.0.0' } }, 'node_modules/pad': PAD } }
    const folder = writeTree({})
    trees.push(folder)
    const tree = writeTree({
      'package.json': JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { pad: '1.0.0' } }),
      'package-lock.json': JSON.stringify(lock),
      '.npmrc': `registry=http://127.0.0.1:${server.port}/\nfetch-retries=0\n`,
    })
    trees.push(tree)
    cpSync(join(ROOT, 'scripts'), join(tree, 'scripts'), { recursive: true })
    // What npm keeps of an advisory outlives the registry that told it.
    return runProgram(process.execPath, [join(tree, 'scripts/audit.mjs')], { env: { npm_config_cache: folder } })
  }

  const PACKUMENT = {
    name: 'pad',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: 'pad', version: '1.0.0' } },
  }
  const PAD = { version: '1.0.0', integrity: `sha512-${Buffer.alloc(64).toString('base64')}` }

  it('fails on a weakness that is high or critical, and names it', async () => {
    const { code, stdout, stderr } = await audit(200, { pad: [advisory('high')] })
    expect([code, stderr]).toEqual([1, 'audit: pad * has a high weakness\n'])
    expect(stdout).toContain('1 of them high or critical')
  })

  it('passes with one that is moderate, and counts it', async () => {
    expect(await audit(200, { pad: [advisory('moderate')] })).toEqual({
      code: 0,
      stdout: 'audit: 1 known weaknesses in production packages, 0 of them high or critical\n',
      stderr: '',
    })
  })

  it('says in one line that the registry has no audit endpoint, and passes', async () => {
    const { code, stdout, stderr } = await audit(405, {})
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^audit: NOT AUDITED, since the registry 127\.0\.0\.1:\d+ has no audit endpoint \(405\).*\n$/,
    )
  })

  it('fails when the registry is out of order', async () => {
    const { code, stderr } = await audit(500, {})
    expect([code, stderr]).toEqual([1, expect.stringContaining('gave no answer that can be read')])
  })
})
