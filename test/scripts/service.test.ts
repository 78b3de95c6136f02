import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type ProgramResult, runProgram } from '../support/run-program.ts'
import { findProgram, programs } from '../support/service.ts'
import { removeTree, writeTree } from '../support/temp-tree.ts'

const ROOT = join(import.meta.dirname, '../..')

const trees: string[] = []
afterEach(() => {
  for (const tree of trees.splice(0)) removeTree(tree)
})

/** Runs a suite that needs a program which no machine has, by a vitest of its own. */
async function runSuite(program: string, forbidSkips: string): Promise<ProgramResult> {
  const tree = writeTree({
    'a.test.ts': `import { expect, it } from 'vitest'
import { describeWithService, programs } from '${ROOT}/test/support/service.ts'

describeWithService('a browser test', programs('${program}'), () => {
  it('runs', () => {
    expect(1).toBe(1)
  })
})
`,
  })
  trees.push(tree)
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', tree]
  return runProgram(process.execPath, args, { cwd: tree, env: { VANTA_SYNC_FORBID_SKIPS: forbidSkips, NO_COLOR: '1' } })
}

describe('a suite that needs a service', () => {
  it('runs where the service is', async () => {
    const result = await runSuite('node', '1')
    expect(result.code).toBe(0)
    expect(result.stdout).toContain('1 passed')
  })

  it('is skipped with the reason printed where the service is missing', async () => {
    const result = await runSuite('no-such-browser', '')
    expect(result.code).toBe(0)
    expect(result.stdout).toContain('1 skipped')
    expect(result.stdout + result.stderr).toContain('skipped: a browser test: no-such-browser not installed')
  })

  it('fails where the service is missing and skips are forbidden', async () => {
    const result = await runSuite('no-such-browser', '1')
    expect(result.code).toBe(1)
    expect(result.stdout + result.stderr).toContain(
      'no-such-browser not installed, and VANTA_SYNC_FORBID_SKIPS forbids',
    )
  })
})

describe('the probe for programs', () => {
  it('finds what is on PATH and names what is not', () => {
    expect(findProgram('node')).toMatch(/\/node$/)
    expect(programs('node')()).toBeUndefined()
    expect(programs('node', 'no-such-a', 'no-such-b')()).toBe('no-such-a and no-such-b not installed')
  })
})
