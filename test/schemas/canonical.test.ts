import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldValue, ResourceTypeName } from '../../schemas/resource-type.ts'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { knownType, sampleWith } from './known-type.ts'
import { SAMPLES } from './samples.ts'

describe('the canonical form', () => {
  it.each(resourceTypeNames)('of a complete %s is the record itself, whatever the order of its fields', (name) => {
    const backwards = Object.fromEntries(Object.entries(SAMPLES[name]).toReversed())
    const canonical = knownType(name).canonical(backwards)
    expect(canonical).toEqual(SAMPLES[name])
    expect(Object.keys(canonical)).toEqual(knownType(name).fieldNames)
  })

  it('has nested objects in order too, and lists as they are', () => {
    const users = [userWith('b'), userWith('a')].map((user) => Object.fromEntries(Object.entries(user).toReversed()))
    const canonical = knownType('macos_user_computer').canonical({ users })
    expect(JSON.stringify(canonical)).toBe(JSON.stringify({ users: [userWith('b'), userWith('a')] }))
  })

  it('drops what Vanta adds and whatever else is no field, nested or not', () => {
    const answered = sampleWith('windows_user_computer', {
      createdAt: '2026-11-23T09:30:00.000Z',
      updatedAt: '2026-11-23T09:30:00.000Z',
      deletedAt: null,
      drives: [{ name: 'C:', encrypted: true, isBootVolume: null, size: 5 }],
    })
    expect(knownType('windows_user_computer').canonical(answered)).toEqual({
      ...SAMPLES.windows_user_computer,
      drives: [{ name: 'C:', encrypted: true }],
    })
  })

  it('drops null except where a required field says unknown by it', () => {
    const record = sampleWith('user_account', {
      mfaEnabled: null,
      roleDescription: null,
      groupIds: null,
      fullName: null,
    })
    const canonical = knownType('user_account').canonical(record)
    expect(canonical['mfaEnabled']).toBeNull()
    for (const field of ['roleDescription', 'groupIds', 'fullName']) expect(canonical).not.toHaveProperty(field)
  })

  it('has times to the second in UTC, nested or not, and leaves alone what is none', () => {
    const canonical = knownType('macos_user_computer').canonical({
      collectedTimestamp: '2026-11-23T10:30:00.987+01:00',
      users: [{ ...userWith('a'), lastLoginTimestamp: '2026-11-23T09:30:00.5Z' }],
      lastEnrolledTimestamp: 'yesterday',
      osVersion: '2026-11-23T10:30:00.987+01:00',
    })
    expect(canonical).toEqual({
      collectedTimestamp: '2026-11-23T09:30:00Z',
      users: [{ ...userWith('a'), lastLoginTimestamp: '2026-11-23T09:30:00Z' }],
      lastEnrolledTimestamp: 'yesterday',
      osVersion: '2026-11-23T10:30:00.987+01:00',
    })
  })

  it('leaves a value alone that has another shape than its field', () => {
    const odd = {
      users: 'none',
      drives: [null, 7, ['C:']],
      passwordPolicy: ['strict'],
      collectedTimestamp: 5,
      owner: {},
    }
    expect(knownType('macos_user_computer').canonical(odd)).toEqual(odd)
  })

  it('has custom properties last and in the order in which they were declared', () => {
    const type = knownType('user_account', { zone: 'string', hostname: 'string' })
    const customProperties = { hostname: 'h', other: 1, zone: 'z' }
    const canonical = type.canonical({ customProperties, ...SAMPLES.user_account })
    expect(Object.keys(canonical).at(-1)).toBe('customProperties')
    expect(JSON.stringify(canonical['customProperties'])).toBe('{"zone":"z","hostname":"h"}')
  })

  it('does not take an inherited member for a custom property', () => {
    const type = knownType('custom_resource', { constructor: 'string' } as const)
    expect(type.canonical({ customProperties: {} })).toEqual({ customProperties: {} })
    expect(type.canonical({ customProperties: { constructor: 'Acme' } })).toEqual({
      customProperties: { constructor: 'Acme' },
    })
  })

  it('leaves the record that it was given as it was', () => {
    const record = Object.freeze(sampleWith('user_account', { createdTimestamp: '2026-11-23T10:30:00+01:00' }))
    knownType('user_account').canonical(record)
    expect(record['createdTimestamp']).toBe('2026-11-23T10:30:00+01:00')
  })

  it('of anything at all exists, and is its own canonical form', () => {
    fc.assert(
      fc.property(fc.constantFrom(...resourceTypeNames), oddRecord(), (name, changes) => {
        const type = knownType(name)
        const once = type.canonical({ ...SAMPLES[name], ...changes })
        const again = type.canonical(once)
        expect(again).toEqual(once)
        expect(Object.keys(again)).toEqual(Object.keys(once))
      }),
    )
  })

  it('of a valid record is valid', () => {
    const offset = fc.constantFrom('Z', '+01:00', '-11:30', '.25Z', '.999+14:00')
    fc.assert(
      fc.property(fc.constantFrom(...resourceTypeNames), offset, (name, suffix) => {
        const record = JSON.parse(JSON.stringify(SAMPLES[name]).replaceAll('09:30:00Z', `09:30:00${suffix}`))
        expect(knownType(name).validate(record)).toEqual([])
        expect(knownType(name).validate(knownType(name).canonical(record))).toEqual([])
      }),
    )
  })
})

function userWith(username: string): Record<string, FieldValue> {
  const screenlockSettings = { requiresPassword: true, screenSleepTimeoutMs: 0 }
  return { username, screenlockPolicies: [screenlockSettings], screenlockSettings }
}

/** Values of any shape in real fields, as a server of the future may answer. */
function oddRecord(): fc.Arbitrary<Record<string, FieldValue>> {
  const names: ResourceTypeName[] = [...resourceTypeNames]
  const fields = [...new Set(names.flatMap((name) => knownType(name).fieldNames))]
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('2026-11-23T10:30:00+01:00', [[{ name: null }]], { users: [] }))
  return fc.dictionary(fc.constantFrom(...fields), odd)
}
