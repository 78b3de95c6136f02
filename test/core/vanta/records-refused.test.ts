import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RefusedError } from '../../../core/errors.ts'
import { excerpt } from '../../../core/vanta/answer-text.ts'
import { afterUnknown, refusedAt } from '../../../core/vanta/outcome.ts'
import { recordsRefused } from '../../../core/vanta/records-refused.ts'

function at(body: unknown): ReturnType<typeof refusedAt> {
  const raw = typeof body === 'string' ? body : JSON.stringify(body)
  return refusedAt(recordsRefused(raw, excerpt(raw)))
}

describe('the record of a refusal', () => {
  test.each([
    ["/0: must have property 'fullName'", { index: 0, field: 'fullName', text: "must have property 'fullName'" }],
    ['/0/applications: must be array', { index: 0, field: 'applications', text: 'must be array' }],
    [
      "/4/customProperties: must have property 'hostname'",
      { index: 4, field: 'customProperties.hostname', text: "must have property 'hostname'" },
    ],
    ['/12/users/3/mfa~1x: must be boolean', { index: 12, field: 'users[3].mfa/x', text: 'must be boolean' }],
    ['/resources/7/email: must be string', { index: 7, field: 'email', text: 'must be string' }],
    [
      'Too many fields on resource with uniqueId (element 99) (element 2). Extra keys: A',
      { index: 2, text: expect.stringContaining('Extra keys: A') },
    ],
  ])('%s', (error, expected) => {
    expect(at({ error })).toEqual(expected)
    expect(at({ message: error })).toEqual(expected)
    expect(at(error)).toEqual(expected)
  })

  test.each(['', 'no', '/', '/x: no', '{"error":{}}', 'resource 4 is bad'])('is not guessed from %j', (text) => {
    expect(at({ error: text })).toBeUndefined()
  })

  test('is found whatever the index and field, also behind an unknown outcome', () => {
    fc.assert(
      fc.property(fc.nat(), fc.stringMatching(/^[a-z][A-Za-z0-9]{0,20}$/), (index, field) => {
        const raw = JSON.stringify({ error: `/${index}/${field}: must be string` })
        const error = recordsRefused(raw, excerpt(raw))
        expect(refusedAt(error)).toEqual({ index, field, text: 'must be string' })
        expect(refusedAt(afterUnknown(error))).toEqual(refusedAt(error))
      }),
    )
  })

  test('of another error is none', () => {
    expect(refusedAt(new RefusedError('forbidden', 'no'))).toBeUndefined()
    expect(refusedAt(undefined)).toBeUndefined()
  })
})
