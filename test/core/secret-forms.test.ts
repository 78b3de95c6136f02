import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../core/secret.ts'
import { createDocumentScrubber, createScrubber, shows } from '../../core/secret-forms.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'
import { written } from '../support/secret-disguises.ts'

const RUNS = { numRuns: 150, seed: 5 }
const secretText = fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme' })
const scrubOf = (...values: string[]): ((text: string) => string) =>
  createScrubber(values.map((value) => new Secret(value)))

describe('a scrubbed text', () => {
  it('shows no secret, however it was written and whatever stands around it', () => {
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
        const scrub = scrubOf(secret)
        for (const form of written(secret)) {
          const clean = scrub(`${before}${form}${after}`)
          expect(clean).toContain('[secret]')
          expect(clean.includes(form)).toBe('[secret]'.includes(form))
        }
      }),
      RUNS,
    )
  })

  it('shows no secret within the base64 of something longer', () => {
    fc.assert(
      fc.property(secretText, fc.uint8Array({ maxLength: 9 }), (secret, user) => {
        const whole = Buffer.concat([user, Buffer.from(secret), Buffer.from('!')]).toString('base64')
        const shift = user.length % 3
        const inner = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
          .toString('base64')
          .slice(4, -4)
        expect(scrubOf(secret)(whole).includes(inner)).toBe(false)
      }),
      RUNS,
    )
  })

  it('leaves no rest of two secrets that overlap', () => {
    const scrub = scrubOf('abcdefgh', 'ghijklmnop')
    expect(scrub('x abcdefghijklmnop y')).toBe('x [secret] y')
    expect(scrubOf('aXaXaX')('aXaXaXaX')).toBe('[secret]')
    expect(scrubOf('pass', 'password-1')('the password-1!')).toBe('the [secret]!')
  })

  it('stays as it is without a secret, and when it is scrubbed again', () => {
    fc.assert(
      fc.property(secretText, fc.string({ maxLength: 11 }), (secret, text) => {
        const scrub = scrubOf(secret)
        expect(scrub(text)).toBe(text)
        const once = scrub(`${text}${secret}`)
        expect(scrub(once)).toBe(once)
      }),
      RUNS,
    )
    expect(scrubOf('secret')('the [secret] is secret')).toBe('the [secret] is [secret]')
  })

  it('keeps words that hold a secret too short to be one', () => {
    expect(scrubOf('abc')('abc')).toBe('abc')
    expect(createScrubber([new Secret('abc')], { least: 2 })('abc')).toBe('[secret]')
  })

  it('has no line of a key, and no part of an address that lets somebody in', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n'
    expect(scrubOf(key)('line 2: MIIEvQIBADANBgkq')).toBe('line 2: [secret]')
    const hook = 'https://hooks.example.com/services/T0000/B0000/XyzXyzXyzXyzXyzX'
    expect(scrubOf(hook)('404 at /services/T0000/B0000/XyzXyzXyzXyzXyzX')).toBe('404 at [secret]')
    expect(scrubOf(hook)('hooks.example.com does not answer')).toBe('hooks.example.com does not answer')
    const database = 'postgres://reader:p%40ss%2Fword1@db.example.com/hr'
    expect(scrubOf(database)('no reader with p@ss/word1 or p%40ss%2Fword1 on db.example.com')).toBe(
      'no reader with [secret] or [secret] on db.example.com',
    )
  })
})

describe('a scrubbed document', () => {
  const scrub = createDocumentScrubber([new Secret('people'), new Secret('correct-horse-1'), new Secret('12345678')])

  it('keeps names and hashes that hold a short secret by chance, and hides a long one even there', () => {
    const document = {
      resource: 'people-accounts',
      outcome: 'failed',
      error: { code: 'people-gone', message: 'no people' },
    }
    expect(scrub(document)).toEqual({ ...document, error: { code: 'people-gone', message: 'no [secret]' } })
    expect(scrub({ name: 'x correct-horse-1', files: [{ name: 'correct-horse-1.csv' }] })).toEqual({
      name: 'x [secret]',
      files: [{ name: '[secret].csv' }],
    })
  })

  it('has no secret among its keys and numbers', () => {
    expect(scrub({ rows: { 'correct-horse-1': 1 }, to: [12_345_678, 1234] })).toEqual({
      rows: { '[secret]': 1 },
      to: ['[secret]', 1234],
    })
  })

  it('is the very same when it holds none', () => {
    const document = { items: [{ uniqueId: 'E-1', fields: [{ name: 'a', from: null, to: true }] }], at: new Date(0) }
    expect(scrub(document)).toBe(document)
  })
})

describe('a registry of secrets', () => {
  it('keeps JSON JSON, and scrubs what is none', () => {
    const registry = createSecretRegistry()
    registry.add(new Secret('12345678'))
    const text = `${JSON.stringify({ exitCode: 0, count: 12_345_678, message: 'id 12345678' }, null, 2)}\n`
    expect(JSON.parse(registry.scrubOutput(text))).toEqual({ exitCode: 0, count: '[secret]', message: 'id [secret]' })
    expect(registry.scrubOutput('{ no JSON 12345678')).toBe('{ no JSON [secret]')
    expect(registry.scrubOutput(text).split('\n')).toHaveLength(text.split('\n').length)
  })

  it('remembers what the configuration names for ever, and of what passes the latest', () => {
    const registry = createSecretRegistry()
    registry.add(new Secret('the-client-secret'))
    for (let minted = 0; minted < 2000; minted++) registry.add(new Secret(`vat_minted-${minted}-`), 'passing')
    expect(registry.values().length).toBeLessThan(200)
    expect(registry.scrub('the-client-secret vat_minted-1999- vat_minted-1950-')).toBe('[secret] [secret] [secret]')
  })

  it('is quick with many secrets and long texts', () => {
    const registry = createSecretRegistry()
    for (let minted = 0; minted < 300; minted++) registry.add(new Secret(`vat_minted-${minted}-${'x'.repeat(40)}`))
    const text = '{"uniqueId":"E-1000","fullName":"vat_Ada"},'.repeat(20_000)
    const startedAt = performance.now()
    expect(registry.scrub(text)).toBe(text)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})

describe('shows', () => {
  it('finds every form that is scrubbed', () => {
    fc.assert(
      fc.property(secretText, (secret) => {
        for (const form of written(secret)) expect(shows(`<${form}>`, [new Secret(secret)])).toBe(true)
        expect(shows('nothing at all', [new Secret(secret)])).toBe(false)
      }),
      RUNS,
    )
  })
})
