import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type ProgramResult, runProgram } from '../support/run-program.ts'
import { removeTree, writeTree } from '../support/temp-tree.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/check-imports.mjs')

const trees: string[] = []
afterEach(() => {
  for (const tree of trees.splice(0)) removeTree(tree)
})

const SOUND = {
  'schemas/form.ts': 'export const form = 1\n',
  'core/clock.ts': 'export const clock = 1\n',
  'core/connector.ts': "import { clock } from './clock.ts'\nexport const contract = clock\n",
  'core/text/order.ts': 'export const order = 1\n',
  'core/run.ts': "import { form } from '../schemas/form.ts'\nexport const run = form\n",
  'connectors/files/settle.ts': "import { clock } from '../../core/clock.ts'\nexport const settle = clock\n",
  'connectors/csv/index.ts':
    "import { settle } from '../files/settle.ts'\nimport { contract } from '../../core/connector.ts'\nexport const csv = [settle, contract]\n",
  'connectors/ldap/index.ts': 'export const ldap = 1\n',
  'connectors/registry.ts': "import { csv } from './csv/index.ts'\nexport const all = [csv]\n",
  'config/load.ts': "import { run } from '../core/run.ts'\nexport const load = run\n",
  'sandbox/start.ts': "import { order } from '../core/text/order.ts'\nexport const start = order\n",
  'cli/main.ts':
    "import { load } from '../config/load.ts'\nimport { all } from '../connectors/registry.ts'\nexport const main = [load, all]\n",
  'index.ts': "export { contract } from './core/connector.ts'\n",
}

async function check(changes: Readonly<Record<string, string>>): Promise<ProgramResult> {
  const tree = writeTree({ ...SOUND, ...changes })
  trees.push(tree)
  return runProgram(process.execPath, [SCRIPT, tree])
}

describe('the import check', () => {
  it('passes a tree whose arrows all point the right way, and says how much it saw', async () => {
    const result = await check({})
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('imports: 13 files, 11 imports between them: all point the right way, no cycles')
  })

  it('fails on a tree without sources, which would prove nothing', async () => {
    const tree = writeTree({ 'readme.md': '' })
    trees.push(tree)
    expect(await runProgram(process.execPath, [SCRIPT, tree])).toMatchObject({ code: 1 })
  })

  it.each([
    ['schemas', 'schemas/a.ts', '../core/clock.ts', 'core/clock.ts'],
    ['core', 'core/a.ts', '../connectors/csv/index.ts', 'connectors/csv/index.ts'],
    ['core', 'core/a.ts', '../config/load.ts', 'config/load.ts'],
    ['core', 'core/plan/a.ts', '../../sandbox/start.ts', 'sandbox/start.ts'],
    ['connectors/csv', 'connectors/csv/a.ts', '../ldap/index.ts', 'connectors/ldap/index.ts'],
    ['connectors/csv', 'connectors/csv/a.ts', '../registry.ts', 'connectors/registry.ts'],
    ['connectors/csv', 'connectors/csv/a.ts', '../../core/run.ts', 'core/run.ts'],
    ['connectors/csv', 'connectors/csv/a.ts', '../../schemas/form.ts', 'schemas/form.ts'],
    ['connectors/files', 'connectors/files/a.ts', '../csv/index.ts', 'connectors/csv/index.ts'],
    ['connectors', 'connectors/load.ts', '../config/load.ts', 'config/load.ts'],
    ['config', 'config/a.ts', '../connectors/registry.ts', 'connectors/registry.ts'],
    ['sandbox', 'sandbox/a.ts', '../core/run.ts', 'core/run.ts'],
    ['sandbox', 'sandbox/a.ts', '../core/errors.ts', 'core/errors.ts'],
    ['server', 'server/a.ts', '../cli/main.ts', 'cli/main.ts'],
    ['core', 'core/a.ts', '../cli/main.ts', 'cli/main.ts'],
    ['cli', 'cli/a.ts', '../test/support/a.ts', 'test/support/a.ts'],
    ['index.ts', 'index.ts', './core/run.ts', 'core/run.ts'],
    ['core', 'core/a.ts', 'vanta-sync', 'index.ts'],
  ])('refuses that %s (%s) imports %s', async (room, file, specifier, target) => {
    const result = await check({ [file]: `\nimport { x } from '${specifier}'\nexport const a = x\n` })
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`${file}:2: ${room} may not import ${target}: `)
  })

  it.each([
    ['a type import', "import type { Load } from '../config/load.ts'"],
    ['an import of types in braces', "import { type Load } from '../config/load.ts'"],
    ['an import over several lines', "import {\n  load,\n  // why\n  other,\n} from '../config/load.ts'"],
    ['a namespace', "import * as config from '../config/load.ts'"],
    ['a side effect', "import '../config/load.ts'"],
    ['a re-export', "export * from '../config/load.ts'"],
    ['a named re-export', "export { load as other } from '../config/load.ts'"],
    ['a dynamic import', "export const load = () => import('../config/load.ts')"],
    ['a dynamic import inside a template', "export const load = `a${await import('../config/load.ts')}b`"],
    ['the type of an import', "export type Load = typeof import('../config/load.ts')"],
    ['double quotes', 'import { load } from "../config/load.ts"'],
    [
      'an import behind a regular expression with a quote',
      "const quote = /['\"`]/\nimport { load } from '../config/load.ts'",
    ],
    ['an import behind a division', "const half = 1 / 2 // '\nimport { load } from '../config/load.ts'"],
    ['an import behind a template with braces', "const text = `{${'}'}`\nimport { load } from '../config/load.ts'"],
  ])('sees %s', async (_, code) => {
    const result = await check({ 'core/a.ts': `${code}\n` })
    expect(result.stderr).toContain('core may not import config/load.ts')
  })

  it.each([
    ['a comment', "// import { load } from '../config/load.ts'\n/* import '../config/load.ts' */"],
    ['a string', 'export const text = "import \'../config/load.ts\'"'],
    ['a template', "export const text = `import '../config/load.ts'`"],
    ['a property', "export const text = module.import('../config/load.ts')"],
    ['an export whose value is a string', "export const from = '../config/load.ts'"],
  ])('takes %s that looks like an import for what it is', async (_, code) => {
    expect(await check({ 'core/a.ts': `${code}\n` })).toMatchObject({ code: 0, stderr: '' })
  })

  it('shows a circle file by file, though every arrow of it is a type import', async () => {
    const result = await check({
      'core/a.ts': "import type { B } from './plan/b.ts'\nexport type A = B\n",
      'core/plan/b.ts': "import type { C } from './c.ts'\nexport type B = C\n",
      'core/plan/c.ts': "import type { A } from '../a.ts'\nexport type C = A\n",
    })
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('core/a.ts → core/plan/b.ts → core/plan/c.ts → core/a.ts: imports in a circle')
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('finds a circle that begins behind a file which is not on it', async () => {
    const result = await check({
      'core/a.ts': "import './b.ts'\n",
      'core/b.ts': "import './c.ts'\n",
      'core/c.ts': "import './b.ts'\n",
    })
    expect(result.stderr).toContain('core/b.ts → core/c.ts → core/b.ts')
  })

  it('finds a file that imports itself', async () => {
    expect((await check({ 'core/a.ts': "import './a.ts'\n" })).stderr).toContain('core/a.ts → core/a.ts')
  })

  it.each(['./absent.ts', './clock', './clock.js', './text'])(
    'names the import %s that leads nowhere',
    async (specifier) => {
      const result = await check({ 'core/a.ts': `import '${specifier}'\n` })
      expect(result.stderr).toContain('core/a.ts:1: core/')
      expect(result.stderr).toContain('does not exist')
    },
  )

  it('says what to do', async () => {
    const result = await check({ 'connectors/csv/a.ts': "import '../ldap/index.ts'\n" })
    expect(result.stderr).toContain('a connector stands alone')
    expect(result.stderr).toContain('Move what both need to connectors/network/ or connectors/files/')
  })
})
