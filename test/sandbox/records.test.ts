import { describe, expect, it } from 'vitest'
import {
  codeVulnerability,
  component,
  computer,
  mint,
  packageVulnerability,
  put,
  refusalOf,
  rows,
  sandboxFor,
  task,
  user,
} from './support.ts'

function without(record: Record<string, unknown>, ...fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)))
}

describe('the form of a record', () => {
  it.each([
    ['a missing field', [without(user('E-1'), 'fullName')], "/0: must have property 'fullName'"],
    ['a wrong type', [user('E-1', { mfaMethods: 'SMS' })], '/0/mfaMethods: must be array'],
    [
      'a value that is not listed',
      [user('E-1', { permissionLevel: 'OWNER' })],
      '/0/permissionLevel: must be equal to one of the allowed values',
    ],
    [
      'a list item that is not listed',
      [user('E-1', { mfaMethods: ['FAX'] })],
      '/0/mfaMethods/0: must be equal to one of the allowed values',
    ],
    ['a bare date', [user('E-1', { createdTimestamp: '2024-01-02' })], '/0/createdTimestamp: must be timestamp'],
    ['a null where none is allowed', [user('E-1', { email: null })], '/0/email: must be string'],
    ['no object', [user('E-1'), 'E-2'], '/1: must be object'],
    [
      'two problems, the first first',
      [user('E-1'), without(user('E-2'), 'fullName', 'email')],
      "/1: must have property 'fullName'",
    ],
  ])('is refused for %s', async (_, records, expected) => {
    expect(await refusalOf(await sandboxFor(), records)).toBe(expected)
  })

  it('is refused for an array that is none, in the words of the documentation', async () => {
    const path = '/v1/resources/macos_user_computer'
    const refusal = await refusalOf(await sandboxFor(), [computer({ applications: {} })], path)
    expect(refusal).toBe('/0/applications: must be array')
  })

  it('is refused for unknown fields after everything else, all of them named', async () => {
    const sandbox = await sandboxFor()
    const extra = user('E-2', { nickname: 'x', team: 'y' })
    expect(await refusalOf(sandbox, [user('E-1'), extra])).toBe(
      'Too many fields on resource with uniqueId E-2 (element 1). Extra keys: nickname, team',
    )
    expect(await refusalOf(sandbox, [extra, user('E-1', { email: 5 })])).toBe('/1/email: must be string')
  })

  it('is refused for the fields that only Vanta writes', async () => {
    const refusal = await refusalOf(await sandboxFor(), [user('E-1', { deletedAt: null })])
    expect(refusal).toContain('Extra keys: deletedAt')
  })

  it('may have null in every optional field', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const optional = { roleDescription: null, updatedTimestamp: null, groupIds: null }
    expect((await put(sandbox, token, [user('E-1', optional)])).status).toBe(200)
    expect(await rows(sandbox, token)).toMatchObject([optional])
  })
})

describe('the rules of a record', () => {
  it.each(['http://hr.example.com/1', 'hr.example.com', 'https://'])(
    'refuse %s as an external URL',
    async (externalUrl) => {
      expect(await refusalOf(await sandboxFor(), [user('E-1', { externalUrl })])).toBe(
        '/0/externalUrl: must be an https URL',
      )
    },
  )

  it('want closedTimestamp exactly when a task is closed', async () => {
    const sandbox = await sandboxFor()
    const path = '/v1/resources/security_task'
    const closedTimestamp = '2024-02-02T03:04:05Z'
    expect(await refusalOf(sandbox, [task({ closedTimestamp })], path)).toMatch(/^\/0\/closedTimestamp: must be absent/)
    expect(await refusalOf(sandbox, [task({ taskState: 'CLOSED' })], path)).toMatch(/closedTimestamp: must be present/)
    const closed = task({ taskState: 'CLOSED', closedTimestamp })
    expect((await put(sandbox, await mint(sandbox), [closed], { path })).status).toBe(200)
  })

  it('want no MFA methods when MFA is unknown, except with single sign-on', async () => {
    const sandbox = await sandboxFor()
    const unknown = { mfaEnabled: null, mfaMethods: ['SMS'] }
    expect(await refusalOf(sandbox, [user('E-1', unknown)])).toBe(
      '/0/mfaMethods: must be empty when mfaEnabled is null',
    )
    const token = await mint(sandbox)
    expect((await put(sandbox, token, [user('E-1', { ...unknown, mfaMethods: [] })])).status).toBe(200)
    expect((await put(sandbox, token, [user('E-1', { ...unknown, authMethod: 'SSO' })])).status).toBe(200)
  })

  it('take UNSUPPORTED for accounts that no person uses', async () => {
    const sandbox = await sandboxFor()
    const robot = user('R-1', { authMethod: 'TOKEN', mfaMethods: ['UNSUPPORTED'] })
    expect((await put(sandbox, await mint(sandbox), [robot])).status).toBe(200)
  })

  it.each([-0.1, 10.1, 7.55])('refuse the severity %d of a package vulnerability', async (severity) => {
    const path = '/v1/resources/package_vulnerability_connectors'
    const refusal = await refusalOf(await sandboxFor(), [packageVulnerability({ severity })], path)
    expect(refusal).toMatch(/^\/0\/severity: must be a number from 0 to 10/)
  })

  it.each([
    ['severity', 11, /^\/0\/severity: must be an integer from 0 to 10/],
    ['confidence', -1, /^\/0\/confidence: must be an integer from 0 to 10/],
    ['severity', 7.5, /^\/0\/severity: must be int32/],
  ])('refuse the %s %d of a code vulnerability', async (field, value, expected) => {
    const path = '/v1/resources/static_analysis_code_vulnerability_connectors'
    expect(await refusalOf(await sandboxFor(), [codeVulnerability({ [field]: value })], path)).toMatch(expected)
  })

  it('take every tenth from 0 to 10 as a severity', async () => {
    const sandbox = await sandboxFor({ assumptions: { componentReferences: 'ignore' } })
    const records = Array.from({ length: 101 }, (_, i) =>
      packageVulnerability({ uniqueId: `V-${i}`, severity: i / 10 }),
    )
    const path = '/v1/resources/package_vulnerability_connectors'
    expect((await put(sandbox, await mint(sandbox), records, { path })).text).toBe('{"success":true}')
  })

  it('want a completion date only of a complete background check', async () => {
    const check = {
      ...without(component('B-1'), 'collectedTimestamp', 'name', 'description', 'targetType'),
      fullName: 'Person',
      email: 'p@example.com',
      status: 'IN_PROGRESS',
      completionDate: '2024-01-02T03:04:05Z',
    }
    const path = '/v1/resources/background_check_connector'
    const refusal = await refusalOf(await sandboxFor(), [check], path)
    expect(refusal).toBe('/0/completionDate: must be absent unless status is COMPLETE')
  })

  it('refuse two records of one id, or let the last one win where that is assumed', async () => {
    const twice = [user('E-1'), user('E-1', { permissionLevel: 'ADMIN' })]
    expect(await refusalOf(await sandboxFor(), twice)).toMatch(/^\/1\/uniqueId: must be unique/)
    const lenient = await sandboxFor({ assumptions: { duplicateIds: 'overwrite' } })
    const token = await mint(lenient)
    expect((await put(lenient, token, twice)).status).toBe(200)
    expect(await rows(lenient, token)).toMatchObject([{ uniqueId: 'E-1', permissionLevel: 'ADMIN' }])
  })
})
