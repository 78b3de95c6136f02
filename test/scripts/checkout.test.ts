import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ProgramResult, runProgram } from '../support/run-program.ts'
import { removeTree, writeTree } from '../support/temp-tree.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = "#!/usr/bin/env node\nimport { word } from '../core/word.ts'\nprocess.stdout.write(`${word}\\n`)\n"
const LOCK = { packages: { '': {}, 'node_modules/typescript': { version: '1.0.0' } } }

/** A checkout in miniature, with the compiler of ours and a stand-in for npm that notes how it was called. */
function createCheckout(): string {
  const tree = writeTree({
    'cli/main.ts': MAIN,
    'core/word.ts': "export const word: string = 'first'\n",
    'core/page.css': 'body {}\n',
    'core/readme.md': '# prose\n',
    'core/.env': 'SECRET=1\n',
    'package.json': '{ "name": "vanta-sync", "type": "module" }\n',
    'package-lock.json': JSON.stringify(LOCK),
    'bin/npm':
      '#!/bin/sh\nprintf "%s" "$*" > npm-called\nmkdir -p node_modules\ncp package-lock.json node_modules/.package-lock.json\n',
  })
  chmodSync(join(tree, 'bin/npm'), 0o755)
  for (const name of ['scripts', 'tsconfig.json']) cpSync(join(ROOT, name), join(tree, name), { recursive: true })
  install(tree)
  return tree
}

function install(tree: string): void {
  mkdirSync(join(tree, 'node_modules'))
  for (const name of ['typescript', '@typescript', '@types', 'undici-types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(tree, 'node_modules', name))
  }
  writeFileSync(join(tree, 'node_modules/.package-lock.json'), JSON.stringify(LOCK))
}

describe('a checkout', () => {
  let tree = ''
  beforeEach(() => {
    tree = createCheckout()
  })
  afterEach(() => removeTree(tree))

  function script(name: string): Promise<ProgramResult> {
    const PATH = `${join(tree, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`
    return runProgram(process.execPath, [join(tree, 'scripts', `${name}.mjs`)], { cwd: tree, env: { PATH } })
  }

  function write(path: string, text: string): void {
    writeFileSync(join(tree, path), text)
  }

  it('is built by setup when dist is missing, and then left alone without a word', async () => {
    expect(await script('setup')).toEqual({ code: 0, stdout: 'setup: building (dist is missing)\n', stderr: '' })
    expect(await script('setup')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(existsSync(join(tree, 'npm-called'))).toBe(false)
  })

  it('is built again when a source changes, and what a deleted source left in dist is gone', async () => {
    write('core/extra.ts', 'export const extra = 1\n')
    await script('setup')
    expect(existsSync(join(tree, 'dist/core/extra.js'))).toBe(true)
    rmSync(join(tree, 'core/extra.ts'))
    write('core/word.ts', "export const word: string = 'second'\n")
    expect(await script('setup')).toMatchObject({
      code: 0,
      stdout: 'setup: building (dist is older than the sources)\n',
    })
    expect(existsSync(join(tree, 'dist/core/extra.js'))).toBe(false)
    expect((await runProgram(process.execPath, [join(tree, 'dist/cli/main.js')])).stdout).toBe('second\n')
  })

  it('keeps the last good dist when the sources do not compile, and fails', async () => {
    await script('setup')
    write('core/word.ts', 'export const word: string = 1\n')
    const result = await script('setup')
    expect(result.code).not.toBe(0)
    expect(result.stdout).toContain('core/word.ts(1,14): error TS2322')
    expect(result.stderr).toContain('dist was left as it was')
    expect((await runProgram(process.execPath, [join(tree, 'dist/cli/main.js')])).stdout).toBe('first\n')
    expect((await script('setup')).code).not.toBe(0)
  })

  it('has a command that can be executed, and the assets beside the code, without prose or hidden files', async () => {
    await script('build')
    expect(statSync(join(tree, 'dist/cli/main.js')).mode & 0o777).toBe(0o755)
    expect(existsSync(join(tree, 'dist/core/page.css'))).toBe(true)
    expect(existsSync(join(tree, 'dist/core/readme.md'))).toBe(false)
    expect(existsSync(join(tree, 'dist/core/.env'))).toBe(false)
  })

  it('may be built twice at once', async () => {
    const results = await Promise.all([script('build'), script('build'), script('build')])
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
    expect((await runProgram(process.execPath, [join(tree, 'dist/cli/main.js')])).stdout).toBe('first\n')
    expect((await script('setup')).stdout).toBe('')
  })

  it.each([
    ['node_modules is missing', () => rmSync(join(tree, 'node_modules'), { recursive: true })],
    ['an installation did not end', () => rmSync(join(tree, 'node_modules/.package-lock.json'))],
    [
      'the lock file asks for another version',
      () =>
        write(
          'package-lock.json',
          JSON.stringify({ packages: { '': {}, 'node_modules/typescript': { version: '2.0.0' } } }),
        ),
    ],
    [
      'the lock file asks for one package more',
      () =>
        write(
          'package-lock.json',
          JSON.stringify({ packages: { ...LOCK.packages, 'node_modules/more': { version: '1.0.0' } } }),
        ),
    ],
  ])('is installed by setup when %s', async (_, damage) => {
    await script('setup')
    damage()
    const result = await script('setup')
    expect(result.stdout).toContain('setup: installing packages (')
    expect(readFileSync(join(tree, 'npm-called'), 'utf8')).toMatch(/^ci /)
  })

  it('is not installed again because a package for another platform is absent, or because of times', async () => {
    const packages = { ...LOCK.packages, 'node_modules/tool-win32-x64': { version: '1.0.0', optional: true } }
    write('package-lock.json', JSON.stringify({ packages }))
    await script('setup')
    expect(existsSync(join(tree, 'npm-called'))).toBe(false)
  })

  it('gets a link by prepare through which npx finds its own command', async () => {
    expect(await script('prepare')).toMatchObject({ code: 0 })
    expect((await runProgram(join(tree, 'node_modules/.bin/vanta-sync'), [])).stdout).toBe('first\n')
  })

  it('is not built by prepare where the compiler is not installed, which is no failure', async () => {
    rmSync(join(tree, 'node_modules/typescript'))
    const result = await script('prepare')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('not building')
    expect(existsSync(join(tree, 'dist'))).toBe(false)
  })
})
