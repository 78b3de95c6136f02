/** The author's kit as somebody has it who installed the package: the packed tarball, outside of this repository. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadFixture } from '../../connectors/load-fixture.ts'
import { Secret } from '../../core/secret.ts'
import type { FixtureSource } from '../../testing/fixture.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import { readText, ROOT } from '../docs/pages.ts'
import { writeNamedBlocks } from '../support/named-blocks.ts'
import { type ProgramResult, runProgram } from '../support/run-program.ts'

const PATIENT = 240_000

let folder: string
let sandbox: Sandbox
beforeAll(async () => {
  expect(inject('buildFault')).toBe('')
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-author-'))
  sandbox = await startSandbox({ limits: { tokenRequests: 1000, resourceRequests: 1000 } })
  await installPacked()
}, PATIENT)
afterAll(async () => {
  await sandbox.stop()
  await rm(folder, { recursive: true, force: true })
})

/** As `npm install` would leave it, without a registry: the tarball unpacked, and our own dependencies beside it. */
async function installPacked(): Promise<void> {
  const packed = await runProgram('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
  })
  expect(packed).toMatchObject({ code: 0 })
  const modules = join(folder, 'node_modules')
  const own = join(modules, 'vanta-sync')
  await mkdir(own, { recursive: true })
  const tarball = join(folder, packed.stdout.trim().split('\n').at(-1) ?? '')
  expect(await runProgram('tar', ['-xzf', tarball, '-C', own, '--strip-components=1'])).toMatchObject({ code: 0 })
  const { dependencies } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), join(modules, name), 'dir')
  }
  await mkdir(join(modules, '.bin'))
  await symlink('../vanta-sync/dist/cli/main.js', join(modules, '.bin', 'vanta-sync'))
  await writeFile(join(folder, 'package.json'), '{ "name": "my-sync", "private": true, "type": "module" }\n')
}

async function sh(command: string, env: Readonly<Record<string, string>> = {}): Promise<ProgramResult> {
  const path = `${dirname(execPath)}${delimiter}${process.env['PATH'] ?? ''}`
  const credentials = {
    VANTA_BASE_URL: sandbox.url,
    VANTA_CLIENT_ID: sandbox.credentials.clientId,
    VANTA_CLIENT_SECRET: sandbox.credentials.clientSecret,
  }
  return runProgram('sh', ['-c', command], { cwd: folder, env: { ...credentials, ...env, PATH: path } })
}

/** Fails with what was said. */
async function well(command: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await sh(command, env)
  expect({ command, code, said: code === 0 ? '' : stdout + stderr }).toEqual({ command, code: 0, said: '' })
  return stdout
}

function config(name: string, resourceId: string): string {
  return `vanta:
  baseUrl: { env: VANTA_BASE_URL }
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  doors: { clientId: { env: VANTA_CLIENT_ID }, clientSecret: { env: VANTA_CLIENT_SECRET } }
connectors:
  ${name}:
    use: ./connectors/${name}.ts
    with: { url: { env: ASSETS_URL }, token: { env: ASSETS_TOKEN } }
resources:
  people:
    type: user_account
    resourceId: ${resourceId}
    from:
      connector: ${name}
      map:
        uniqueId: "{{ id }}"
        externalUrl: "https://assets.example.com/{{ id }}"
        fullName: "{{ name }}"
        displayName: "{{ name }}"
        accountName: "{{ id }}"
        permissionLevel: BASE
        status: ACTIVE
        createdTimestamp: "2024-01-01T00:00:00Z"
        authMethod: TOKEN
        mfaEnabled: null
        mfaMethods: []
state: { path: ./state-${name} }
`
}

function heldBy(resourceId: string): number {
  const found = sandbox.control.state().resources.filter((resource) => resource.resourceId === resourceId)
  return found.flatMap(({ records }) => records).length
}

async function withApi(
  work: (env: Readonly<Record<string, string>>, source: FixtureSource) => Promise<void>,
): Promise<void> {
  const found = await loadFixture('./connectors/assets.ts', folder)
  if (found === undefined) throw new Error('the new connector has no fixture')
  const source = await found.fixture.start()
  try {
    const { url, token } = source.options
    if (!(token instanceof Secret)) throw new Error('the token of the fixture is no secret')
    await work({ ASSETS_URL: String(url), ASSETS_TOKEN: token.reveal() }, source)
  } finally {
    await source.stop()
  }
}

const FLAGS = [
  '--noEmit --ignoreConfig --strict --target es2023 --lib es2023 --allowImportingTsExtensions --types node',
  '--noUncheckedIndexedAccess --exactOptionalPropertyTypes --noImplicitOverride --noImplicitReturns',
  '--noPropertyAccessFromIndexSignature --noUnusedLocals --noUnusedParameters --isolatedModules',
  '--verbatimModuleSyntax --erasableSyntaxOnly',
].join(' ')

async function compile(files: string, module: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  return well(`${tsc} ${FLAGS} --typeRoots ${join(ROOT, 'node_modules/@types')} ${module} ${files}`)
}

describe('the author of a connector, with the package installed', () => {
  it(
    'gets one that passes at once, by the very commands that it is told',
    async () => {
      const said = await well('npx vanta-sync new connector assets')
      const commands = /after each change:\n((?: {2}.*\n)+)/.exec(said)?.[1]?.trim().split(/\n\s*/) ?? []
      expect(commands[0]).toBe('npx vanta-sync test ./connectors/assets.ts')
      expect(commands[1]).toMatch(/^node .*--test connectors\/assets\.test\.ts$/)
      expect(await well(commands[0] ?? '')).toMatch(/\nAll \d\d checks hold: \.\/connectors\/assets\.ts\.\n$/)
      expect(await well(commands[1] ?? '')).toMatch(/pass (?:[3-9]\d)\n/)
    },
    PATIENT,
  )

  it(
    'finds that it compiles with the strictest flags, as either kind of module',
    async () => {
      await compile('connectors/assets*.ts', '--module nodenext')
      await compile('connectors/assets*.ts', '--module esnext --moduleResolution bundler')
    },
    PATIENT,
  )

  it(
    'pushes with it, and nothing more once its source is cut',
    async () => {
      const id = '66f1c2a9e4b0a1d2c3e4f571'
      await writeFile(join(folder, 'assets.yaml'), config('assets', id))
      await withApi(async (env, source) => {
        await well('npx vanta-sync -c assets.yaml run', env)
        expect(heldBy(id)).toBe(source.rows)
        await source.cut()
        const { code, stdout } = await sh('npx vanta-sync -c assets.yaml run', env)
        expect({ code, stdout }).toMatchObject({
          code: 12,
          stdout: expect.stringContaining('cannot be reached') as string,
        })
        expect(heldBy(id)).toBe(source.rows)
      })
    },
    PATIENT,
  )

  it(
    'pushes nothing with a module that returns no proof, and is told so in one sentence',
    async () => {
      const id = '66f1c2a9e4b0a1d2c3e4f572'
      const module = await readFile(join(folder, 'connectors/assets.ts'), 'utf8')
      const unproven = module.replaceAll(/return \{ complete: (?:true|false).*\}/g, 'return undefined')
      expect(unproven).not.toBe(module)
      await writeFile(join(folder, 'connectors/unproven.ts'), unproven)
      await writeFile(join(folder, 'unproven.yaml'), config('unproven', id))
      await withApi(async (env) => {
        const { code, stdout } = await sh('npx vanta-sync -c unproven.yaml run', env)
        expect(code).toBe(12)
        expect(stdout).toContain('unproven is incomplete: it ended without a statement that it saw everything')
        expect(heldBy(id)).toBe(0)
      })
    },
    PATIENT,
  )

  it(
    'writes another one from the page alone, which compiles, passes and pushes',
    async () => {
      await writeNamedBlocks(readText('docs/write-a-connector.md'), folder)
      await compile('connectors/keycards*.ts', '--module nodenext')
      await well('npx vanta-sync test ./connectors/keycards.ts')
      await well('npx vanta-sync run')
      expect(heldBy('66f1c2a9e4b0a1d2c3e4f567')).toBe(2)
    },
    PATIENT,
  )
})
