import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BUILT_IN } from '../../connectors/registry.ts'
import type { OptionSchema } from '../../core/connector.ts'
import { checkOptions } from '../../core/options.ts'

const FOLDER = join(import.meta.dirname, '../../connectors')
/** No connectors: rooms that connectors share. */
const SHARED = new Set(['files', 'network', 'tables'])
/** In every connector, so that a stranger knows which one to open. */
const FIXED_FILES = ['index.ts', 'options.ts', 'read.ts', 'check.ts', 'readme.md']

test('every folder beside the registry is registered, and every registered name has its folder', async () => {
  const entries = await readdir(FOLDER, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && !SHARED.has(entry.name)).map((entry) => entry.name)
  expect(Object.keys(BUILT_IN).toSorted()).toEqual(folders.toSorted())
})

describe.each(Object.entries(BUILT_IN))('the built-in connector %s', (name, load) => {
  test.each(FIXED_FILES)('has %s', async (file) => {
    await expect(access(join(FOLDER, name, file))).resolves.toBeUndefined()
  })

  test('declares its own name, this version, and a check', async () => {
    const connector = await load()
    expect(connector).toMatchObject({ name, apiVersion: 1 })
    expect(connector.check).toBeTypeOf('function')
  })

  test('has a schema that compiles, and describes every option', async () => {
    const { options } = await load()
    expect(() => checkOptions(options, {})).not.toThrow()
    expect(undescribed(options)).toEqual([])
  })
})

function undescribed(schema: OptionSchema, path = 'options'): string[] {
  if (schema.type === 'array') return undescribed(schema.items, `${path}[]`)
  if (schema.type !== 'object') return (schema.description ?? '') === '' ? [path] : []
  return Object.entries(schema.properties).flatMap(([key, item]) => undescribed(item, `${path}.${key}`))
}
