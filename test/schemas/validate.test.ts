import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldsOf } from '../../schemas/form.ts'
import { PROBLEM_CODES } from '../../schemas/problem-codes.ts'
import type { FieldValue } from '../../schemas/resource-type.ts'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { knownType, problemsOf, sampleWith } from './known-type.ts'

const INT32_MAX = 2_147_483_647

function messageOf(changes: Record<string, FieldValue>): string | undefined {
  return knownType('user_account').validate(sampleWith('user_account', changes))[0]?.message
}

describe('a complete record', () => {
  it.each(resourceTypeNames)('of %s is valid', (name) => {
    expect(problemsOf(name, {})).toEqual([])
  })

  it.each(resourceTypeNames)('of %s stays valid without its optional fields, and with null in them', (name) => {
    const optional = fieldsOf(knownType(name).form).filter((field) => !field.required)
    const unless = name === 'security_task' ? { taskState: 'OPEN' } : {}
    for (const value of [undefined, null]) {
      const changes = Object.fromEntries(optional.map((field) => [field.name, value]))
      expect(problemsOf(name, { ...changes, ...unless })).toEqual([])
    }
  })

  it.each(resourceTypeNames)('of %s that lacks its required fields has a problem for each, in their order', (name) => {
    const required = fieldsOf(knownType(name).form).filter((field) => field.required)
    const problems = knownType(name).validate({})
    expect(problems.map((problem) => `${problem.field} ${problem.code}`)).toEqual(
      required.map((field) => `${field.name} missing`),
    )
  })

  it.each(resourceTypeNames)('of %s may have null in a required field only where null says something', (name) => {
    for (const { name: field, form } of fieldsOf(knownType(name).form).filter(({ required }) => required)) {
      const codes = problemsOf(name, { [field]: null, mfaMethods: name === 'user_account' ? [] : undefined })
      expect(codes).toEqual(form.nullable === true || field === 'mfaMethods' ? [] : [`${field} missing`])
    }
  })
})

describe('the problems of a record', () => {
  it('are reported all at once, each with its field', () => {
    expect(
      problemsOf('user_account', {
        email: 'nobody',
        externalUrl: 'http://source.example.com',
        permissionLevel: 'OWNER',
        createdTimestamp: '2024-01-02',
        mfaEnabled: 'yes',
        fullName: undefined,
        groupIds: ['g', 7],
        emial: 'x',
      }),
    ).toEqual([
      'fullName missing',
      'permissionLevel not-listed',
      'createdTimestamp bad-date',
      'mfaEnabled wrong-type',
      'groupIds[1] wrong-type',
      'emial unknown-field',
      'externalUrl not-https',
      'email bad-email',
    ])
  })

  it('name nested fields by their path', () => {
    const user = { username: '', screenlockPolicies: [{ requiresPassword: 1, screenSleepTimeoutMs: 1.5 }] }
    expect(problemsOf('macos_user_computer', { users: [sampleUser(), sampleUser(), user] })).toEqual([
      'users[2].username missing',
      'users[2].screenlockPolicies[0].requiresPassword wrong-type',
      'users[2].screenlockPolicies[0].screenSleepTimeoutMs wrong-type',
      'users[2].screenlockSettings missing',
    ])
  })

  it('name an unknown nested field by its path', () => {
    const user = { ...sampleUser(), shell: 'zsh' }
    expect(problemsOf('windows_user_computer', { users: [user] })).toEqual(['users[0].shell unknown-field'])
  })

  it('name a field with a slash or a tilde as it is written', () => {
    expect(problemsOf('user_account', { 'a/b~1c': 1 })).toEqual(['a/b~1c unknown-field'])
  })

  it('have codes that are documented, and one at most for each field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...resourceTypeNames),
        fc.dictionary(fc.string(), fc.anything()),
        anyChanges(),
        (name, extra, changes) => {
          const problems = knownType(name).validate({ ...sampleWith(name, changes), ...extra })
          for (const problem of problems) expect(Object.keys(PROBLEM_CODES)).toContain(problem.code)
          expect(new Set(problems.map((problem) => problem.field)).size).toBe(problems.length)
        },
      ),
    )
  })

  it('are found without throwing where the record is no object', () => {
    for (const text of ['null', '"text"', '7', '[]']) {
      const problems = knownType('custom_resource').validate(JSON.parse(text))
      expect(problems).toEqual([
        expect.objectContaining({ field: '', code: expect.stringMatching(/wrong-type|missing/) }),
      ])
    }
  })
})

describe('the message of a problem', () => {
  it.each([
    [{ email: undefined }, 'the required value is missing; expected text'],
    [{ email: '  ' }, 'the required value is missing (blank text); expected text'],
    [{ mfaEnabled: undefined }, 'the required value is missing; expected true or false or null'],
    [
      { permissionLevel: 'Admn' },
      'the value is text of 4 characters, none of the listed ones; expected one of ADMIN, EDITOR, BASE; the nearest is ADMIN',
    ],
    [{ permissionLevel: 7 }, 'the value is a whole number; expected one of ADMIN, EDITOR, BASE'],
    [
      { createdTimestamp: '2024-01-02' },
      'the value is text of 10 characters, no date-time; expected date-time with an offset, such as 2026-11-23T09:30:00Z',
    ],
    [{ groupIds: 'g-1' }, 'the value is text of 3 characters; expected list of text or null'],
    [{ emial: 'x' }, 'there is no such field; the nearest is email'],
    [
      { externalUrl: 'http://source.example.com' },
      'the value is text of 25 characters, no https URL; expected a URL that begins with https:// and names a host',
    ],
  ])('for %j says what is wrong and what is expected', (changes: Record<string, FieldValue>, expected) => {
    expect(messageOf(changes)).toBe(expected)
  })

  it('never holds the value', () => {
    const canary = 'cAnArY-7f3'
    const types = resourceTypeNames.map((name) => knownType(name))
    for (const type of types) {
      for (const field of type.fieldNames) {
        const values = [canary, [canary], { value: canary }]
        const messages = values.flatMap((value) => type.validate(sampleWith(type.name, { [field]: value })))
        expect(JSON.stringify(messages)).not.toContain(canary)
      }
    }
  })
})

describe('a value', () => {
  it('of another JSON type is refused in every field', () => {
    for (const name of resourceTypeNames) {
      for (const field of knownType(name).fieldNames) {
        expect(problemsOf(name, { [field]: Symbol.iterator }).join()).toMatch(new RegExp(`^${field} wrong-type`))
      }
    }
  })

  it('that is a Date is no date-time', () => {
    expect(problemsOf('user_account', { createdTimestamp: new Date(0) })).toEqual(['createdTimestamp wrong-type'])
  })

  it('that is empty text is missing in any required field, and no date-time in an optional one', () => {
    expect(problemsOf('user_account', { email: '', createdTimestamp: '', status: '', lastLoginTimestamp: '' })).toEqual(
      ['email missing', 'createdTimestamp missing', 'status missing', 'lastLoginTimestamp bad-date'],
    )
  })

  it('may be empty where the source can have nothing to say: a header, a description of a secret', () => {
    const occurrence = { description: 'x', headers: [{ key: 'X-Empty', value: '' }] }
    expect(problemsOf('api_endpoint_vulnerability_connectors', { occurrences: [occurrence] })).toEqual([])
    expect(problemsOf('secret', { description: '' })).toEqual([])
    expect(problemsOf('secret', { description: undefined })).toEqual(['description missing'])
  })

  it('with half a surrogate pair cannot be sent, wherever it is', () => {
    expect(
      problemsOf('user_account', { fullName: 'a\uD800', roleDescription: '\uDC00b', groupIds: ['ok', '\uD83D'] }),
    ).toEqual(['fullName broken-text', 'roleDescription broken-text', 'groupIds[1] broken-text'])
    expect(problemsOf('user_account', { fullName: 'Zoë 🦄' })).toEqual([])
  })

  it('of a whole number must be whole and within 32 bits', () => {
    const numbers = { beginLine: INT32_MAX + 1, endLine: 1.5, beginColumn: -INT32_MAX - 2, endColumn: Number.NaN }
    expect(
      problemsOf('static_analysis_code_vulnerability_connectors', { occurrences: [{ path: 'a', ...numbers }] }),
    ).toEqual([
      'occurrences[0].beginLine out-of-range',
      'occurrences[0].endLine wrong-type',
      'occurrences[0].beginColumn out-of-range',
      'occurrences[0].endColumn wrong-type',
    ])
    const edges = { beginLine: INT32_MAX, endLine: -INT32_MAX - 1, beginColumn: 0, endColumn: -0 }
    expect(
      problemsOf('static_analysis_code_vulnerability_connectors', { occurrences: [{ path: 'a', ...edges }] }),
    ).toEqual([])
  })

  it('of a number must be finite, since JSON cannot write the others', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(problemsOf('package_vulnerability_connectors', { cvss3Score: value })).toEqual(['cvss3Score wrong-type'])
      expect(problemsOf('package_vulnerability_connectors', { severity: value })).toEqual(['severity wrong-type'])
    }
  })
})

describe('custom properties', () => {
  const declared = { hostname: 'string', isLab: 'boolean', rack: 'int32' } as const

  it('are all required, of the declared types, and no others', () => {
    expect(
      problemsOf('custom_resource', { customProperties: { hostname: 'h', isLab: true, rack: 4 } }, declared),
    ).toEqual([])
    expect(problemsOf('custom_resource', {}, declared)).toEqual(['customProperties missing'])
    expect(
      problemsOf('user_account', { customProperties: { hostname: '', isLab: 'no', hostnam: 'x' } }, declared),
    ).toEqual([
      'customProperties.hostname missing',
      'customProperties.isLab wrong-type',
      'customProperties.rack missing',
      'customProperties.hostnam unknown-field',
    ])
  })

  it('are an unknown field when none is declared', () => {
    expect(problemsOf('custom_resource', { customProperties: {} })).toEqual(['customProperties unknown-field'])
  })

  it('may be named like a member that every object inherits', () => {
    const inherited = { constructor: 'string', toString: 'string' } as const
    expect(problemsOf('custom_resource', { customProperties: {} }, inherited)).toEqual([
      'customProperties.constructor missing',
      'customProperties.toString missing',
    ])
    const given = { customProperties: { constructor: 'Acme', toString: 'x' } }
    expect(problemsOf('custom_resource', given, inherited)).toEqual([])
  })
})

function sampleUser(): Record<string, FieldValue> {
  const screenlockSettings = { requiresPassword: true, screenSleepTimeoutMs: 0 }
  return { username: 'ada', screenlockPolicies: [], screenlockSettings }
}

function anyChanges(): fc.Arbitrary<Record<string, FieldValue>> {
  const names = [...new Set(resourceTypeNames.flatMap((name) => knownType(name).fieldNames))]
  return fc.dictionary(fc.constantFrom(...names), fc.anything({ withNullPrototype: true }))
}
