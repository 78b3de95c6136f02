import { Ajv } from 'ajv/dist/jtd.js'
import { describe, expect, it } from 'vitest'
import { describeForm, fieldOf, fieldsOf, isNullable, isRequired, kindOf } from '../../schemas/form.ts'
import { plainForm } from '../../schemas/plain-form.ts'
import type { Form } from '../../schemas/resource-type.ts'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { knownType, sampleWith } from './known-type.ts'
import { SAMPLES } from './samples.ts'

const account = knownType('user_account', { hostname: 'string' }).form
const computer = knownType('macos_user_computer').form
const vulnerability = knownType('package_vulnerability_connectors').form

function known(form: Form | undefined): Form {
  if (form === undefined) throw new Error('there is no such field')
  return form
}

describe('a form', () => {
  it.each([
    ['email', account, 'text', 'text'],
    ['mfaEnabled', account, 'boolean', 'true or false'],
    ['severity', vulnerability, 'float64', 'number'],
    ['permissionLevel', account, 'enum', 'one of ADMIN, EDITOR, BASE'],
    ['createdTimestamp', account, 'date-time', 'date-time'],
    ['groupIds', account, 'list', 'list of text'],
    [
      'mfaMethods',
      account,
      'list',
      'list of one of UNSUPPORTED, DISABLED, SMS, EMAIL, OTP, HARDWARE_TOKEN, PUSH_PROMPT',
    ],
    ['drives', computer, 'list', 'list of objects with name, encrypted, filevaultEnabled, isBootVolume?'],
    ['passwordPolicy', computer, 'object', 'object with minimumLengthRequirement'],
    ['customProperties', account, 'object', 'object with hostname'],
  ] as const)('of %s is described as people say it', (name, parent, kind, description) => {
    const form = known(fieldOf(parent, name))
    expect(kindOf(form)).toBe(kind)
    expect(describeForm(form)).toBe(description)
  })

  it('of a whole number is described as one', () => {
    expect(describeForm({ type: 'int32' })).toBe('whole number')
    expect(kindOf({ type: 'int32' })).toBe('int32')
  })

  it('lists its fields: required, optional, custom properties', () => {
    const fields = fieldsOf(account)
    expect(fields).toHaveLength(19)
    expect(fields.slice(11, 13).map((field) => [field.name, field.required])).toEqual([
      ['authMethod', true],
      ['roleDescription', false],
    ])
    expect(fields.at(-1)).toMatchObject({ name: 'customProperties', required: true })
  })

  it('knows its own fields only', () => {
    expect(fieldOf(account, 'constructor')).toBeUndefined()
    expect(fieldOf(account, 'Email')).toBeUndefined()
    expect(isRequired(account, 'toString')).toBe(false)
    expect(isRequired(account, 'roleDescription')).toBe(false)
    expect(isRequired(account, 'email')).toBe(true)
  })

  it('says whether null says something', () => {
    expect(isNullable(known(fieldOf(account, 'mfaEnabled')))).toBe(true)
    expect(isNullable(known(fieldOf(account, 'email')))).toBe(false)
  })
})

describe('a plain form', () => {
  const ajv = new Ajv()

  it.each(resourceTypeNames)('of %s is JSON Type Definition as Ajv takes it', (name) => {
    const validate = ajv.compile(plainForm(knownType(name, { hostname: 'string' }).form))
    expect(validate(sampleWith(name, { customProperties: { hostname: 'h' } }))).toBe(true)
    expect(validate(SAMPLES[name])).toBe(false)
    expect(validate.errors?.[0]?.message).toBe("must have property 'customProperties'")
  })

  it('has no word of ours in it', () => {
    for (const name of resourceTypeNames) {
      expect(JSON.stringify(plainForm(knownType(name).form))).not.toContain('"metadata"')
    }
  })

  it('takes null where the form does', () => {
    const validate = ajv.compile(plainForm(account))
    const customProperties = { hostname: 'h' }
    expect(validate(sampleWith('user_account', { customProperties, mfaEnabled: null, groupIds: null }))).toBe(true)
    expect(validate(sampleWith('user_account', { customProperties, email: null }))).toBe(false)
  })
})
