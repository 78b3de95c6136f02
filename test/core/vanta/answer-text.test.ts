import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { excerpt } from '../../../core/vanta/answer-text.ts'

test('an excerpt is the sentence of the answer, on one line', () => {
  expect(excerpt('{"error":"invalid_scope","error_description":"no\\n such  scope"}')).toBe(
    'invalid_scope: no such scope',
  )
  expect(excerpt('{"error":{"message":"deep"}}')).toBe('deep')
  expect(excerpt('{"other":1}')).toBe('{"other":1}')
  expect(excerpt(' \n')).toBe('(no text)')
  expect(excerpt(' <!doctype html><title>x</title>')).toBe('(an HTML page)')
})

test('an excerpt is cut at 300 characters', () => {
  expect(excerpt('x'.repeat(1000))).toBe(`${'x'.repeat(300)}…`)
})

test('a secret is cut out before the text is, so that no half of it is left', () => {
  const secret = `vcs_${'s'.repeat(40)}`
  expect(excerpt(`${'x'.repeat(280)}${secret}`, [secret])).not.toContain('vcs_')
})

test('ids of records and addresses do not show', () => {
  expect(excerpt('Too many fields on resource with uniqueId Jane Doe (element 0). Extra keys: A')).toBe(
    'Too many fields on resource (element 0). Extra keys: A',
  )
  expect(excerpt('duplicate uniqueId with uniqueId E-1001')).not.toContain('E-1001')
  expect(excerpt('bad value "jane.doe@example.com", sorry')).toBe('bad value "[address]", sorry')
  expect(excerpt(JSON.stringify({ error: 'cannot read {"resources":[{"fullName":"Jane' }))).toBe('cannot read …')
})

test('no secret survives in the forms in which a server echoes one', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 8, maxLength: 40 }).filter((each) => each.trim() === each),
      (secret) => {
        const forms = [
          secret,
          JSON.stringify(secret),
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64'),
        ]
        for (const form of forms) {
          const shown = excerpt(`start >${form}< end`, [secret])
          expect(shown).toContain('[secret]')
          expect(shown).not.toContain(secret)
        }
      },
    ),
  )
})
