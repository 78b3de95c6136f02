import { describe, expect, test } from 'vitest'
import type { ObjectSchema } from '../../core/connector.ts'
import { checkOptions, resolveOptions } from '../../core/options.ts'
import { Secret, type SecretRef } from '../../core/secret.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    path: { type: 'string', format: 'path', description: 'a path' },
    mode: { type: 'string', enum: ['fast', 'careful'], default: 'careful', description: 'how' },
    wait: { type: 'string', format: 'duration', default: '2s', description: 'how long' },
    url: { type: 'string', format: 'uri', description: 'where' },
    filter: { type: 'string', format: 'regex', description: 'which' },
    code: { type: 'string', pattern: '^[A-Z]{2}$', minLength: 2, description: 'two letters' },
    rows: { type: 'integer', minimum: 1, maximum: 10, description: 'how many' },
    ratio: { type: 'number', default: 0.5, description: 'which share' },
    strict: { type: 'boolean', default: false, description: 'whether' },
    files: {
      type: 'array',
      items: { type: 'string', format: 'path', description: 'one' },
      minItems: 1,
      description: 'some',
    },
    password: { type: 'string', secret: true, minLength: 8, description: 'a secret' },
    nested: {
      type: 'object',
      properties: {
        level: { type: 'integer', default: 3, description: 'how deep' },
        'a/b': { type: 'boolean', description: 'odd name' },
      },
    },
    headers: {
      type: 'object',
      properties: {},
      additionalProperties: { type: 'string', secret: true, description: 'a header' },
    },
  },
  required: ['path'],
} as const satisfies ObjectSchema

function refTo(value: string, calls: string[] = []): SecretRef {
  return {
    describe: '{ env: PASSWORD }',
    resolve: () => {
      calls.push(value)
      return Promise.resolve(new Secret(value))
    },
  }
}

describe('checkOptions', () => {
  test('fills defaults into a copy and leaves what was given alone', () => {
    const written = Object.freeze({ path: './a', nested: Object.freeze({}) })
    expect(checkOptions(SCHEMA, written)).toEqual({
      options: { path: './a', mode: 'careful', wait: '2s', ratio: 0.5, strict: false, nested: { level: 3 } },
      problems: [],
    })
    expect(written).toEqual({ path: './a', nested: {} })
  })

  test('takes nothing at all for no options', () => {
    const schema: ObjectSchema = { type: 'object', properties: {} }
    expect(checkOptions(schema, undefined)).toEqual({ options: {}, problems: [] })
    expect(checkOptions(schema, null)).toEqual({ options: {}, problems: [] })
  })

  test('reports all mistakes at once, each with its path and what is expected', () => {
    const { problems } = checkOptions(SCHEMA, {
      pth: './a',
      mode: 'carefull',
      wait: '2 seconds',
      url: 'example.com',
      filter: '(',
      code: 'abc',
      rows: 11,
      ratio: 'much',
      strict: 'yes',
      files: [],
      nested: { level: 1.5, 'a/b': 1 },
    })
    const byPath = Object.fromEntries(problems.map(({ path, ...problem }) => [path.join('.'), problem]))
    expect(byPath).toEqual({
      path: { code: 'missing-option', message: 'is missing', expected: 'a value: this option is required' },
      pth: expect.objectContaining({
        code: 'unknown-option',
        message: 'is no option of this connector',
        nearest: 'path',
      }) as unknown,
      mode: {
        code: 'option-value',
        message: 'is text of 8 characters',
        expected: 'one of fast, careful',
        nearest: 'careful',
      },
      wait: {
        code: 'option-value',
        message: 'is text of 9 characters',
        expected: 'a number and s, m, h or d, as in 30m',
      },
      url: {
        code: 'option-value',
        message: 'is text of 11 characters',
        expected: 'an absolute URL, as in https://example.com/people',
      },
      filter: { code: 'option-value', message: 'is text of 1 character', expected: 'a regular expression' },
      code: { code: 'option-value', message: 'is text of 3 characters', expected: 'text that matches ^[A-Z]{2}$' },
      rows: { code: 'option-value', message: 'is a whole number', expected: 'at most 10' },
      ratio: { code: 'option-type', message: 'is text of 4 characters', expected: 'a number' },
      strict: { code: 'option-type', message: 'is text of 3 characters', expected: 'true or false' },
      files: { code: 'option-value', message: 'is a list of 0 items', expected: 'at least 1 item' },
      'nested.level': { code: 'option-type', message: 'is a number', expected: 'a whole number' },
      'nested.a/b': { code: 'option-type', message: 'is a whole number', expected: 'true or false' },
    })
  })

  test('gives list positions as numbers and keys as they are written', () => {
    const { problems } = checkOptions(SCHEMA, { path: 'a', files: ['a', 7], nested: { 'a/b': 1 } })
    expect(problems.map((problem) => problem.path)).toEqual([
      ['files', 1],
      ['nested', 'a/b'],
    ])
  })

  test('refuses what is no object', () => {
    for (const options of [[], 'path', 7]) {
      const { options: none, problems } = checkOptions(SCHEMA, options)
      expect(problems).toMatchObject([{ code: 'option-type', path: [], expected: 'an object' }])
      expect(none).toEqual({})
    }
  })

  test.each(['__proto__', 'constructor', 'toString'])('does not overlook the key %s', (key) => {
    const written = JSON.parse(`{"path":"a","${key}":1}`) as unknown
    expect(checkOptions(SCHEMA, written).problems).toMatchObject([{ code: 'unknown-option', path: [key] }])
  })

  test('takes references and secrets for secrets, and leaves them themselves', () => {
    const ref = refTo('hunter2!')
    const secret = new Secret('hunter2!')
    expect(checkOptions(SCHEMA, { path: 'a', password: ref }).options['password']).toBe(ref)
    expect(checkOptions(SCHEMA, { path: 'a', password: secret }).options['password']).toBe(secret)
    expect(checkOptions(SCHEMA, { path: 'a', headers: { Authorization: ref } }).problems).toEqual([])
  })

  test('refuses a secret in plain text, and never repeats it', () => {
    const { problems } = checkOptions(SCHEMA, {
      path: 'a',
      password: 'hunter2-plain',
      headers: { 'X-Key': 'hunter3-plain' },
    })
    expect(problems).toMatchObject([
      { code: 'plain-secret', path: ['headers', 'X-Key'] },
      { code: 'plain-secret', path: ['password'] },
    ])
    expect(JSON.stringify(problems)).not.toContain('plain"')
    expect(JSON.stringify(problems)).not.toMatch(/hunter/)
  })

  test('refuses a reference where plain text is expected', () => {
    const { problems } = checkOptions(SCHEMA, { path: refTo('x') })
    expect(problems).toMatchObject([{ code: 'option-type', path: ['path'], expected: 'text' }])
  })

  test('blames the connector for a schema that is wrong', () => {
    const schema = { type: 'object', properties: { a: { type: 'text', description: '' } } } as unknown as ObjectSchema
    expect(() => checkOptions(schema, {})).toThrow(
      expect.objectContaining({ code: 'connector-schema', exitCode: 78 }) as Error,
    )
  })
})

describe('resolveOptions', () => {
  const how = { schema: SCHEMA, baseDir: '/etc/vanta' }

  test('makes paths absolute, in lists too, and leaves other text alone', async () => {
    const options = { path: './exports/*.csv', files: ['../a', '/b'], code: './x', headers: {} }
    expect(await resolveOptions(options, how)).toEqual({
      path: '/etc/vanta/exports/*.csv',
      files: ['/etc/a', '/b'],
      code: './x',
      headers: {},
    })
  })

  test('reads secrets afresh at every call, under free keys too, and the references stay', async () => {
    const calls: string[] = []
    const options = { path: '/a', password: refTo('one', calls), headers: { Authorization: refTo('two', calls) } }
    const first = (await resolveOptions(options, how)) as { password: Secret; headers: { Authorization: Secret } }
    expect(first.password.reveal()).toBe('one')
    expect(first.headers.Authorization.reveal()).toBe('two')
    await resolveOptions(options, how)
    expect(calls).toEqual(['one', 'two', 'one', 'two'])
    expect(options.password).toHaveProperty('resolve')
  })

  test('hands the signal on, and the failure of a reference back', async () => {
    const { signal } = new AbortController()
    const seen: unknown[] = []
    const ref: SecretRef = {
      describe: '{ env: GONE }',
      resolve: (given) => {
        seen.push(given)
        return Promise.reject(new Error('GONE is not set'))
      },
    }
    await expect(resolveOptions({ path: '/a', password: ref }, { ...how, signal })).rejects.toThrow('GONE is not set')
    expect(seen).toEqual([signal])
  })
})
