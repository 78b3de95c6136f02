import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { publishedSchema } from '../../config/publish.ts'
import { configSchema } from '../../config/schema.ts'
import type { SchemaNode } from '../../config/schema-node.ts'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { edited, GOOD } from './fixture.ts'

const EXAMPLE = readFileSync(new URL('example.yaml', import.meta.url), 'utf8')

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
const accepts = ajv.compile(publishedSchema())

function* nodes(node: SchemaNode, path: string): Generator<readonly [string, SchemaNode]> {
  yield [path, node]
  for (const [key, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${path}.${key}`)
  if (node.additionalProperties) yield* nodes(node.additionalProperties, `${path}.*`)
}

describe('the published schema', () => {
  test('is what the description in config/ gives; `npm run schema` writes it anew', () => {
    const published = readFileSync(new URL('../../schemas/vanta.config.schema.json', import.meta.url), 'utf8')
    expect(published).toBe(`${JSON.stringify(publishedSchema(), null, 2)}\n`)
  })

  test.each([
    ['the whole example', EXAMPLE],
    ['a small configuration', GOOD],
    [
      'references wherever a scalar may stand',
      `${edited('verify: true', 'verify: { env: V }').replace('type: user_account', 'type: { file: t }')}server: { port: { exec: [p] } }\n`,
    ],
    [
      'text that looks like a number',
      edited('maxRemoved: 5%', 'maxRemoved: 5\n      mustInclude: [0123]').replace(
        '66f1c2a9e4b0a1d2c3e4f567',
        '[66f1c2a9e4b0a1d2c3e4f567]',
      ),
    ],
    ['anchors', `x-a: 1\n${edited('    merge: error', '    x-b: 2\n    merge: error')}`],
    ['a schedule as text and as an object', edited('timeout: 30m', 'schedule: { cron: "1 * * * *", jitter: 5m }')],
  ])('accepts %s', (_what, text) => {
    accepts(parse(text))
    expect(accepts.errors).toBeNull()
  })

  test.each([
    ['an unknown key', edited('        map:', '        mapp:')],
    ['a secret in plain text', edited('{ env: PEOPLE_X_SECRET }', 'plain')],
    ['a reference with two keys', edited('{ env: PEOPLE_X_SECRET }', '{ env: A, file: b }')],
    ['an unknown type', edited('user_account', 'user')],
    ['an unknown policy', edited('merge: error', 'merge: always')],
    ['what cannot become of those who left', edited('merge: error', 'onGone: keep')],
    ['deactivation without a time', edited('merge: error', 'onGone: { }')],
    ['a limit above everything', edited('5%', '101%')],
    ['a resource without an id', edited('    resourceId: 66f1c2a9e4b0a1d2c3e4f567\n', '')],
  ])('refuses %s', (_what, text) => {
    expect(accepts(parse(text))).toBe(false)
  })

  test('knows the fields of every type for map', () => {
    const { $defs } = publishedSchema() as { $defs: Record<string, { properties: { map: { properties: object } } }> }
    for (const name of resourceTypeNames) {
      expect(Object.keys($defs[`source-${name}`]?.properties.map.properties ?? {})).toContain('uniqueId')
    }
    expect(JSON.stringify($defs['source-user_account'])).toContain('one of ADMIN, EDITOR, BASE')
  })
})

describe('the description', () => {
  test.each([...nodes(configSchema, 'config')])('says what %s is for', (path, node) => {
    if (path.endsWith('.customProperties.*')) return
    expect(node.description ?? '').toMatch(/[.]$/)
  })
})
