import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../support/run-program.ts'
import { removeTree, writeTree } from '../support/temp-tree.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Each mistake in a file of its own, named for the rule that must find it. */
const PLANTED: Readonly<Record<string, string>> = {
  'typescript(no-floating-promises)': 'export function start(): void {\n  later()\n}\n',
  'typescript(no-misused-promises)': 'export function start(): void {\n  if (later()) void 0\n}\n',
  'typescript(await-thenable)': 'export async function start(): Promise<void> {\n  await 1\n}\n',
  'typescript(return-await)':
    'export async function start(): Promise<number> {\n  try {\n    return later()\n  } catch {\n    return 1\n  }\n}\n',
  'typescript(no-explicit-any)': 'export const start: any = 1\n',
  'typescript(only-throw-error)': "export function start(): void {\n  throw 'text'\n}\n",
  'typescript(switch-exhaustiveness-check)':
    "export function start(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      void later()\n  }\n}\n",
  'typescript(ban-ts-comment)': "// @ts-ignore\nexport const start: number = 'text'\n",
  'import(no-default-export)': 'export default function start(): void {}\n',
  'eslint(no-console)': "export function start(): void {\n  console.log('text')\n}\n",
  'eslint(eqeqeq)': 'export const start = (x: unknown): boolean => x == 1\n',
  'eslint(max-params)':
    'export function start(a: 1, b: 1, c: 1, d: 1, e: 1): number {\n  return a + b + c + d + e\n}\n',
}

const CLEAN = 'export async function later(): Promise<number> {\n  return Promise.resolve(1)\n}\n'

function fileOf(rule: string): string {
  return `core/${rule.replace(/\W+/g, '-')}.ts`
}

function plant(): string {
  const files: Record<string, string> = {
    'core/later.ts': CLEAN,
    'core/value-a.ts': "import { b } from './value-b.ts'\nexport const a = (): number => b()\n",
    'core/value-b.ts': "import { a } from './value-a.ts'\nexport const b = (): number => a()\n",
    'core/type-a.ts': "import type { B } from './type-b.ts'\nexport type A = B | 1\n",
    'core/type-b.ts': "import type { A } from './type-a.ts'\nexport type B = A[]\n",
    'scripts/say.mjs': "console.log('scripts may')\n",
    'test/focus.test.ts':
      "import { expect, it } from 'vitest'\n\nit.only('is the only one', () => {\n  expect(1).toBe(1)\n})\n",
  }
  for (const [rule, code] of Object.entries(PLANTED)) {
    files[fileOf(rule)] = `${code.includes('later()') ? "import { later } from './later.ts'\n\n" : ''}${code}`
  }
  const tree = writeTree(files)
  for (const name of ['.oxlintrc.json', 'tsconfig.json']) cpSync(join(ROOT, name), join(tree, name))
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

describe('npm run lint', () => {
  let tree = ''
  let code: number | null = 0
  let findings: readonly string[] = []

  beforeAll(async () => {
    tree = plant()
    const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint')
    const args = [oxlint, '--type-aware', '--deny-warnings', '--format', 'unix']
    const result = await runProgram(process.execPath, args, { cwd: tree })
    code = result.code
    findings = result.stdout.split('\n').filter((line) => line.includes('[Error/'))
  })
  afterAll(() => removeTree(tree))

  it('fails', () => {
    expect(code).toBe(1)
  })

  it.each(Object.keys(PLANTED))('finds a planted %s', (rule) => {
    const found = findings.filter((line) => line.startsWith(`${fileOf(rule)}:`))
    expect(found).toContainEqual(expect.stringContaining(rule))
  })

  it.each(['value-a', 'value-b', 'type-a', 'type-b'])('finds the import cycle that %s is on', (name) => {
    expect(findings).toContainEqual(expect.stringMatching(new RegExp(`^core/${name}.ts:.*import\\(no-cycle\\)`)))
  })

  it('finds a focused test, which would hide all others', () => {
    expect(findings).toContainEqual(expect.stringContaining('vitest(no-focused-tests)'))
  })

  it('lets clean code and the output of scripts pass', () => {
    expect(findings.filter((line) => /^(core\/later|scripts\/say)/.test(line))).toEqual([])
  })
})
