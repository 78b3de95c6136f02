import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConnector } from '../../connectors/load.ts'
import type { Connector } from '../../core/connector.ts'
import { OperatorError, type SyncError, isSyncError } from '../../core/errors.ts'
import { readAll } from '../support/read-all.ts'

const MODULE = (name: string): string => `
import { defineConnector } from 'vanta-sync'
export default defineConnector({
  apiVersion: 1,
  name: '${name}',
  options: { type: 'object', properties: { count: { type: 'integer', default: 2, description: 'rows' } } },
  async *read({ options }) {
    for (let i = 0; i < options.count; i++) yield { at: 'row ' + i, fields: { id: String(i) } }
    return { complete: true, rows: options.count, asOf: new Date(0), evidence: 'counted' }
  },
})
`

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-load-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

async function failureOf(promise: Promise<Connector>): Promise<SyncError> {
  try {
    await promise
  } catch (error) {
    return error as SyncError
  }
  throw new Error('nothing failed')
}

describe('a connector is loaded', () => {
  test('by its built-in name', async () => {
    expect(await loadConnector('csv', tmpdir())).toMatchObject({ name: 'csv', apiVersion: 1 })
  })

  test.each([
    './connectors/assets.mjs',
    './connectors/assets.js',
    './connectors/assets.ts',
    './connectors/../connectors/assets.mts',
  ])('from %s, relative to the configuration, and works', async (use) => {
    const folder = await folderOf({ [use]: MODULE('assets') })
    const { rows, proof } = await readAll(await loadConnector(use, folder), {})
    expect(rows.map((row) => row.fields['id'])).toEqual(['0', '1'])
    expect(proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('from TypeScript with types, enums and other modules of its own', async () => {
    const folder = await folderOf({
      'c/kind.ts': "export enum Kind { Assets = 'typed' }\nexport interface Thing { readonly id: string }\n",
      'c/main.ts': `import { Kind, type Thing } from './kind.ts'\n${MODULE('x').replace("'x'", 'Kind.Assets as string')}\nexport const one: Thing = { id: '1' }\n`,
    })
    expect((await loadConnector('./c/main.ts', folder)).name).toBe('typed')
  })

  test('from an absolute path', async () => {
    const folder = await folderOf({ 'assets.ts': MODULE('assets') })
    expect((await loadConnector(join(folder, 'assets.ts'), tmpdir())).name).toBe('assets')
  })

  test('from a package that is installed beside the configuration, ESM or CommonJS', async () => {
    const folder = await folderOf({
      'node_modules/vs-assets/package.json':
        '{"name":"vs-assets","type":"module","exports":{".":{"import":"./main.js"}}}',
      'node_modules/vs-assets/main.js': MODULE('assets'),
      'node_modules/@acme/people/package.json': '{"name":"@acme/people","main":"main.cjs"}',
      'node_modules/@acme/people/main.cjs': MODULE('people')
        .replace("import { defineConnector } from 'vanta-sync'", "const { defineConnector } = require('vanta-sync')")
        .replace('export default', 'module.exports ='),
    })
    expect((await loadConnector('vs-assets', folder)).name).toBe('assets')
    expect((await loadConnector('@acme/people', folder)).name).toBe('people')
  })

  test('with the running copy of vanta-sync, so that its errors are ours', async () => {
    const folder = await folderOf({
      'own.ts': `import { OperatorError } from 'vanta-sync'\n${MODULE('own').replace(/for \(let[^\n]*/, "throw new OperatorError('closed', 'the system is closed')")}`,
    })
    const reading = readAll(await loadConnector('./own.ts', folder), {})
    await expect(reading).rejects.toBeInstanceOf(OperatorError)
    await expect(reading).rejects.toSatisfy(isSyncError)
  })
})

describe('a connector that cannot be loaded is told', () => {
  test.each([
    ['cvs', 'there is no connector "cvs"', 'Did you mean csv?'],
    ['vs-missing-package', 'no package of that name is installed', 'Built in: csv'],
    ['connectors/assets.ts', 'there is no connector "connectors/assets.ts"', 'as in ./connectors/assets.ts'],
    ['fs', 'there is no connector "fs"', 'Built in: csv'],
    ['__proto__', 'there is no connector "__proto__"', 'Built in: csv'],
    ['toString', 'there is no connector "toString"', 'Built in: csv'],
  ])('when nothing is named %s', async (use, message, hint) => {
    const error = await failureOf(loadConnector(use, await folderOf({})))
    expect(error).toMatchObject({ code: 'connector-unknown', exitCode: 78 })
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
  })

  test('when the file is missing, with the nearest name beside it', async () => {
    const folder = await folderOf({ 'connectors/assets.ts': MODULE('assets') })
    const error = await failureOf(loadConnector('./connectors/asets.ts', folder))
    expect(error).toMatchObject({ code: 'connector-missing', exitCode: 78 })
    expect(error.message).toBe(`the connector module ${join(folder, 'connectors/asets.ts')} does not exist`)
    expect(error.hint).toContain('Did you mean assets.ts')
    expect((await failureOf(loadConnector('./no/where.ts', folder))).hint).toContain('relative to the configuration')
  })

  test.each([
    ['a folder', './dir', 'connector-module', 'is no module that can be loaded'],
    ['another kind of file', './data.json', 'connector-module', 'is no module that can be loaded'],
    ['a module without a default export', './named.ts', 'connector-export', 'it has no default export'],
    [
      'a default export of its own making',
      './plain.ts',
      'connector-export',
      'its default export was not made by defineConnector',
    ],
    ['another version', './version.ts', 'connector-version', 'is written for version 2 of the contract'],
    ['no version', './unversioned.ts', 'connector-version', 'is written for no version of the contract'],
    [
      'a declaration without a read',
      './half.ts',
      'connector-shape',
      'lacks its name, its options or its read function',
    ],
    ['a module that throws', './throws.ts', 'connector-import', 'fails as it is loaded: the moon is full'],
    ['a module with a mistake of syntax', './syntax.ts', 'connector-import', 'syntax.ts:1:'],
    [
      'a module that imports what is not there',
      './imports.ts',
      'connector-import',
      "Cannot find module './nowhere.ts'",
    ],
  ])('when it is %s', async (_, use, code, message) => {
    const folder = await folderOf({
      'dir/index.ts': MODULE('dir'),
      'data.json': '{}',
      'named.ts': MODULE('named').replace('export default', 'export const connector ='),
      'plain.ts': 'export default { apiVersion: 1, name: "plain", options: { type: "object" }, read() {} }',
      'version.ts': MODULE('v').replace('apiVersion: 1', 'apiVersion: 2'),
      'unversioned.ts': MODULE('v').replace('apiVersion: 1,', ''),
      'half.ts': MODULE('half').replace('async *read', 'async *reed'),
      'throws.ts': `throw new Error('the moon is full')\n${MODULE('throws')}`,
      'syntax.ts': 'const x = = 1\n',
      'imports.ts': `import { x } from './nowhere.ts'\n${MODULE('imports')}\nx()\n`,
    })
    const error = await failureOf(loadConnector(use, folder))
    expect(error).toMatchObject({ code, exitCode: 78 })
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('\n')
    expect(error.hint).toBeTypeOf('string')
  })
})

test('a connector made by another copy of the contract is recognised by its brand', async () => {
  const folder = await folderOf({
    'copy.mjs': `
export default {
  [Symbol.for('vanta-sync.connector')]: true,
  apiVersion: 1,
  name: 'copy',
  options: { type: 'object', properties: {} },
  read() {},
}`,
  })
  expect((await loadConnector('./copy.mjs', folder)).name).toBe('copy')
})
