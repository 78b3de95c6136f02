import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type ProgramResult, runProgram } from '../support/run-program.ts'
import { removeTree, writeTree } from '../support/temp-tree.ts'

const ROOT = join(import.meta.dirname, '../..')

const trees: string[] = []
afterEach(() => {
  for (const tree of trees.splice(0)) removeTree(tree)
})

async function complete(lock: string): Promise<{ result: ProgramResult; text: string }> {
  const tree = writeTree({ 'package-lock.json': lock })
  trees.push(tree)
  cpSync(join(ROOT, 'scripts'), join(tree, 'scripts'), { recursive: true })
  const result = await runProgram(process.execPath, [join(tree, 'scripts/complete-lock.mjs')])
  return { result, text: readFileSync(join(tree, 'package-lock.json'), 'utf8') }
}

function lockOf(optionalDependencies: Readonly<Record<string, string>>): string {
  const packages = { '': {}, 'node_modules/tool': { version: '1.0.0', dev: true, optionalDependencies } }
  return JSON.stringify({ lockfileVersion: 3, packages })
}

describe('package-lock.json', () => {
  it('is complete for every platform, so that npm ci accepts it (if not: npm run lock)', async () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
    const { result, text } = await complete(lock)
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(text).toBe(lock)
  })

  it('names no registry', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
  })

  it.each([
    ['@x/cli-darwin-arm64', { cpu: ['arm64'], os: ['darwin'] }],
    ['@x/cli-linux-x64-musl', { cpu: ['x64'], libc: ['musl'], os: ['linux'] }],
    ['@x/binding-linux-arm-gnueabihf', { cpu: ['arm'], libc: ['glibc'], os: ['linux'] }],
    ['@x/binding-win32-ia32-msvc', { cpu: ['ia32'], os: ['win32'] }],
    ['x-openharmony-arm64', { cpu: ['arm64'], os: ['openharmony'] }],
  ])('gets the entry of %s with its platform', async (name, platform) => {
    const { result, text } = await complete(lockOf({ [name]: '1.2.3' }))
    expect(result.stdout).toContain('added 1 platform packages')
    const { packages } = JSON.parse(text) as { packages: Record<string, unknown> }
    expect(packages[`node_modules/${name}`]).toEqual({ version: '1.2.3', dev: true, optional: true, ...platform })
  })

  it.each([{ '@x/cli-linux-x64': '^1.0.0' }, { '@x/helper': '1.0.0' }])(
    'is left alone when %o would need a guess',
    async (wanted) => {
      const { result, text } = await complete(lockOf(wanted))
      expect(result.code).not.toBe(0)
      expect(result.stderr).toContain('add it by hand')
      expect(text).toBe(lockOf(wanted))
    },
  )

  it('notes the C library of a binary whose package does not say it, so that one of two is installed', async () => {
    const entry = { version: '1.0.0', cpu: ['x64'], license: 'MIT', optional: true, os: ['linux'] }
    const packages = { '': {}, 'node_modules/@x/linux-x64-musl': entry, 'node_modules/@x/linux-x64-gnu': entry }
    const { result, text } = await complete(JSON.stringify({ lockfileVersion: 3, packages }))
    expect(result.stdout).toContain('noted the C library of 2 platform packages')
    const { packages: noted } = JSON.parse(text) as { packages: Record<string, unknown> }
    expect(noted['node_modules/@x/linux-x64-musl']).toEqual({ ...entry, libc: ['musl'] })
    expect(noted['node_modules/@x/linux-x64-gnu']).toEqual({ ...entry, libc: ['glibc'] })
  })
})
