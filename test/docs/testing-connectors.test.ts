/** The page is what an author starts from: its example must pass, and its table must be what is checked. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadFixture } from '../../connectors/load-fixture.ts'
import { conformanceChecks } from '../../testing/conformance.ts'
import { type ProgramResult, runProgram } from '../support/run-program.ts'
import { readText, ROOT, section, tableRows } from './pages.ts'

const PATIENT = 120_000
const PAGE = readText('docs/testing-connectors.md')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-author-'))
  for (const [path, text] of namedBlocks(PAGE)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await mkdir(join(folder, 'node_modules'))
  await symlink(ROOT, join(folder, 'node_modules/vanta-sync'), 'dir')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Blocks that say which file they are, by path. */
function namedBlocks(page: string): ReadonlyMap<string, string> {
  const found = page.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)
  return new Map([...found].map(([, path = '', text = '']) => [path, text]))
}

async function cli(...args: string[]): Promise<ProgramResult> {
  expect(inject('buildFault')).toBe('')
  return runProgram(execPath, [join(ROOT, 'dist/cli/main.js'), ...args], { cwd: folder })
}

describe('docs/testing-connectors.md', () => {
  it(
    'has a connector and a fixture that pass as they stand',
    async () => {
      const { code, stdout } = await cli('--json', 'test', './connectors/assets.ts')
      const document = JSON.parse(stdout) as { connectors: { checks: { ok: boolean }[] }[] }
      expect(document.connectors.flatMap(({ checks }) => checks.filter(({ ok }) => !ok))).toEqual([])
      expect({ code, ...document }).toMatchObject({ code: 0, command: 'test', exitCode: 0, mappings: [] })
    },
    PATIENT,
  )

  it(
    'has types that fit, and a test that passes once they are stripped',
    async () => {
      const compilerOptions = {
        noEmit: false,
        allowImportingTsExtensions: false,
        rewriteRelativeImportExtensions: true,
        rootDir: 'connectors',
        outDir: 'built',
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules/@types')],
      }
      const config = { extends: join(ROOT, 'tsconfig.test.json'), compilerOptions, include: ['connectors'] }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      expect(await runProgram(execPath, [tsc, '-p', folder])).toMatchObject({ code: 0, stdout: '' })
      const { code, stdout } = await runProgram(execPath, ['--test', 'built/assets.test.js'], { cwd: folder })
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/pass 2/) as string })
    },
    PATIENT,
  )

  it('lists what is checked, in order', async () => {
    const loaded = await loadFixture('./connectors/assets.ts', folder)
    if (loaded === undefined) throw new Error('the example has no fixture')
    const names = conformanceChecks(loaded.fixture).map(({ name }) => name)
    const ownMistakes = names.filter((name) => name.startsWith('refuses '))
    expect(ownMistakes).toHaveLength(2)
    const written = tableRows(section(PAGE, 'What is checked')).map(([name]) => name)
    expect(written).toEqual([...new Set(names.map((name) => (ownMistakes.includes(name) ? 'refuses …' : name)))])
  })
})
