import { describe, expect, it } from 'vitest'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import {
  codeVulnerability,
  component,
  computer,
  get,
  mint,
  OTHER_ID,
  packageVulnerability,
  put,
  readSlowly,
  RESOURCE_ID,
  rows,
  sandboxFor,
  send,
  task,
  user,
  USERS,
} from './support.ts'

const COMPONENTS = '/v1/resources/vulnerable_component'
const PACKAGES = '/v1/resources/package_vulnerability_connectors'

describe('a PUT', () => {
  it('is confirmed by success, and a GET shows the record', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const reply = await put(sandbox, token, [user('E-1')])
    expect([reply.status, reply.text]).toEqual([200, '{"success":true}'])
    expect(await rows(sandbox, token)).toEqual([
      { ...user('E-1'), createdAt: expect.any(String), updatedAt: expect.any(String), deletedAt: null },
    ])
  })

  it('is confirmed by counts where old pages are assumed', async () => {
    const sandbox = await sandboxFor({ assumptions: { confirmation: 'results' } })
    const reply = await put(sandbox, await mint(sandbox), [user('E-1'), user('E-2')])
    expect(reply.json).toEqual({ results: { accepted: 2, rejected: 0 } })
  })

  it('is the full state: what is left out gets deletedAt, stays readable and keeps its status', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock })
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1'), user('E-2')])
    await clock.advance(5000)
    await put(sandbox, token, [user('E-2')])
    const [gone, stayed] = await rows(sandbox, token)
    expect(gone).toMatchObject({
      uniqueId: 'E-1',
      status: 'ACTIVE',
      createdAt: '2026-11-23T09:30:00Z',
      deletedAt: '2026-11-23T09:30:05Z',
    })
    expect(stayed).toMatchObject({ uniqueId: 'E-2', updatedAt: '2026-11-23T09:30:00Z', deletedAt: null })
    await clock.advance(5000)
    await put(sandbox, token, [])
    expect((await rows(sandbox, token)).map((row) => row.deletedAt)).toEqual([
      '2026-11-23T09:30:05Z',
      '2026-11-23T09:30:10Z',
    ])
  })

  it('keeps when a record was made and notes when it changed or came back', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock })
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1'), user('E-2')])
    await clock.advance(5000)
    await put(sandbox, token, [user('E-1', { permissionLevel: 'ADMIN' })])
    await clock.advance(5000)
    await put(sandbox, token, [user('E-1', { permissionLevel: 'ADMIN' }), user('E-2')])
    const createdAt = '2026-11-23T09:30:00Z'
    expect(await rows(sandbox, token)).toMatchObject([
      { uniqueId: 'E-1', permissionLevel: 'ADMIN', createdAt, updatedAt: '2026-11-23T09:30:05Z', deletedAt: null },
      { uniqueId: 'E-2', createdAt, updatedAt: '2026-11-23T09:30:10Z', deletedAt: null },
    ])
  })

  it('of an empty list clears everything', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1'), user('E-2')])
    expect((await put(sandbox, token, [])).json).toEqual({ success: true })
    const left = await rows(sandbox, token)
    expect(left.map((row) => row.deletedAt !== null)).toEqual([true, true])
  })

  it('of one record at a time leaves only the last', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    for (const id of ['E-1', 'E-2', 'E-3']) await put(sandbox, token, [user(id)])
    const live = (await rows(sandbox, token)).filter((row) => row.deletedAt === null)
    expect(live.map((row) => row.uniqueId)).toEqual(['E-3'])
  })

  it('is all or nothing: one bad record refuses all, and the former state stays', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1')])
    const before = await rows(sandbox, token)
    expect((await put(sandbox, token, [user('E-2'), user('E-3', { email: 5 })])).status).toBe(400)
    expect(await rows(sandbox, token)).toEqual(before)
  })

  it('repeated changes nothing', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock })
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1')])
    const before = await rows(sandbox, token)
    await clock.advance(60_000)
    await put(sandbox, token, [user('E-1')])
    expect(await rows(sandbox, token)).toEqual(before)
  })

  it('touches neither another resource id nor another application', async () => {
    const sandbox = await sandboxFor({ applications: [{}, {}] })
    const [, other] = sandbox.applications
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1')])
    await put(sandbox, token, [user('E-2')], { resourceId: OTHER_ID })
    expect(await rows(sandbox, token)).toMatchObject([{ uniqueId: 'E-1', deletedAt: null }])
    const stranger = await mint(sandbox, { client_id: other?.clientId, client_secret: other?.clientSecret })
    expect(await rows(sandbox, stranger)).toEqual([])
  })

  it.each([
    ['text', 'not json', 'The body must be a JSON object, sent as application/json'],
    ['a list', '[]', 'The body must be a JSON object, sent as application/json'],
    ['no resource id', '{"resources":[]}', 'resourceId: must be 24 hex digits'],
    ['no records', `{"resourceId":"${RESOURCE_ID}"}`, 'resources: must be array'],
    [
      'another key',
      `{"resourceId":"${RESOURCE_ID}","resources":[],"dryRun":true}`,
      'The body takes resourceId and resources, and no other key',
    ],
  ])('with %s as its body is refused', async (_, body, error) => {
    const sandbox = await sandboxFor()
    const headers = { authorization: `Bearer ${await mint(sandbox)}`, 'content-type': 'application/json' }
    const reply = await send(sandbox, 'PUT', USERS, { body, headers })
    expect([reply.status, reply.json]).toEqual([400, { error }])
  })

  it.each([
    ['all-types', ['C-1']],
    ['user-accounts', []],
  ] as const)('keeps deleted rows of other types as assumed: %s', async (softDeletes, left) => {
    const sandbox = await sandboxFor({ assumptions: { softDeletes } })
    const token = await mint(sandbox)
    await put(sandbox, token, [component('C-1')], { path: COMPONENTS })
    await put(sandbox, token, [], { path: COMPONENTS })
    expect((await rows(sandbox, token, { path: COMPONENTS })).map((row) => row.uniqueId)).toEqual(left)
    await put(sandbox, token, [user('E-1')])
    await put(sandbox, token, [])
    expect(await rows(sandbox, token)).toHaveLength(1)
  })

  it('of vulnerabilities must refer to a component that is held', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const error = '/0/vulnerableComponentUniqueId: must reference the uniqueId of a synced VulnerableComponent'
    expect((await put(sandbox, token, [packageVulnerability()], { path: PACKAGES })).json).toEqual({ error })
    await put(sandbox, token, [component('C-1')], { path: COMPONENTS, resourceId: OTHER_ID })
    expect((await put(sandbox, token, [packageVulnerability()], { path: PACKAGES })).status).toBe(200)
    await put(sandbox, token, [], { path: COMPONENTS, resourceId: OTHER_ID })
    expect((await put(sandbox, token, [packageVulnerability()], { path: PACKAGES })).json).toEqual({ error })
  })

  it('of vulnerabilities may refer to anything where that is assumed', async () => {
    const sandbox = await sandboxFor({ assumptions: { componentReferences: 'ignore' } })
    expect((await put(sandbox, await mint(sandbox), [packageVulnerability()], { path: PACKAGES })).status).toBe(200)
  })

  it('takes records of each kind of nesting', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [component('C-1')], { path: COMPONENTS })
    for (const [type, record] of [
      ['macos_user_computer', computer()],
      ['security_task', task()],
      ['static_analysis_code_vulnerability_connectors', codeVulnerability()],
    ] as const) {
      expect((await put(sandbox, token, [record], { path: `/v1/resources/${type}` })).text).toBe('{"success":true}')
    }
  })

  it('of 20,000 user accounts takes well under a second', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const people = Array.from({ length: 20_000 }, (_, i) => user(`E-${i}`, { roleDescription: 'x'.repeat(60) }))
    const startedAt = performance.now()
    expect((await put(sandbox, token, people)).status).toBe(200)
    // The aim is 400 ms; the bound leaves room for a machine that is busy with other tests.
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(await rows(sandbox, token)).toHaveLength(20_000)
  })
})

describe('a GET', () => {
  it('is empty before the first PUT', async () => {
    const sandbox = await sandboxFor()
    const reply = await get(sandbox, await mint(sandbox))
    expect([reply.status, reply.text]).toEqual([200, '{"resources":[]}'])
  })

  it('drops fractional seconds of timestamps, nested ones too, and of nothing else', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const path = '/v1/resources/macos_user_computer'
    await put(sandbox, token, [computer({ osVersion: '2024-01-02T03:04:05.678Z' })], { path })
    expect(await rows(sandbox, token, { path })).toMatchObject([
      {
        collectedTimestamp: '2024-01-02T03:04:05Z',
        osVersion: '2024-01-02T03:04:05.678Z',
        applications: [{ lastOpenedTimestamp: '2024-01-02T03:04:05Z' }],
      },
    ])
    await put(sandbox, token, [user('E-1', { createdTimestamp: '2024-01-02T03:04:05.6+02:00' })])
    expect(await rows(sandbox, token)).toMatchObject([{ createdTimestamp: '2024-01-02T03:04:05+02:00' }])
  })

  it.each(['', 'nope', '66f1c2a9e4b0a1d2c3e4f56'])('needs a resource id of 24 hex digits: %j', async (resourceId) => {
    const sandbox = await sandboxFor()
    expect((await get(sandbox, await mint(sandbox), { resourceId })).status).toBe(400)
  })

  it('shows the state of one moment, also to a slow reader while somebody else pushes', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const filler = 'x'.repeat(500)
    const people = Array.from({ length: 10_000 }, (_, i) => user(`E-${i}`, { roleDescription: filler }))
    await put(sandbox, token, people)
    const reading = await readSlowly(sandbox, token)
    await put(sandbox, token, [])
    const { resources } = JSON.parse(await reading.rest()) as { resources: { deletedAt: unknown }[] }
    expect(resources).toHaveLength(10_000)
    expect(resources.filter((row) => row.deletedAt !== null)).toEqual([])
    expect((await rows(sandbox, token)).filter((row) => row.deletedAt === null)).toEqual([])
  })
})

describe('declarations', () => {
  const declared = { type: 'user_account', resourceId: RESOURCE_ID } as const

  it('answer 404 in JSON for a type that was never declared and for a foreign resource id', async () => {
    const sandbox = await sandboxFor({ applications: [{ resources: [declared] }] })
    const token = await mint(sandbox)
    expect((await put(sandbox, token, [user('E-1')])).status).toBe(200)
    for (const reply of [
      await put(sandbox, token, [], { path: '/v1/resources/secret' }),
      await get(sandbox, token, { path: '/v1/resources/secret' }),
      await get(sandbox, token, { resourceId: OTHER_ID }),
    ]) {
      expect([reply.status, reply.json]).toEqual([404, { error: expect.stringContaining('Not found') }])
    }
  })

  it('come by themselves on first use for all twelve types', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    expect(resourceTypeNames).toHaveLength(12)
    for (const type of resourceTypeNames) {
      expect((await put(sandbox, token, [], { path: `/v1/resources/${type}` })).status).toBe(200)
    }
  })

  it('of custom properties make every one of them required, and of the declared kind', async () => {
    const customProperties = { hostname: 'string', cores: 'int32', spare: 'boolean' } as const
    const sandbox = await sandboxFor({ applications: [{ resources: [{ ...declared, customProperties }] }] })
    const token = await mint(sandbox)
    const error = async (properties: unknown): Promise<unknown> => {
      const changes = properties === undefined ? {} : { customProperties: properties }
      return (await put(sandbox, token, [user('E-1', changes)])).json
    }
    expect(await error(undefined)).toEqual({ error: "/0: must have property 'customProperties'" })
    expect(await error({ cores: 4, spare: true })).toEqual({
      error: "/0/customProperties: must have property 'hostname'",
    })
    expect(await error({ hostname: 'a', cores: 4.5, spare: true })).toEqual({
      error: '/0/customProperties/cores: must be int32',
    })
    expect(await error({ hostname: 'a', cores: 4, spare: true })).toEqual({ success: true })
  })

  it('without custom properties refuse the key itself', async () => {
    const sandbox = await sandboxFor({ applications: [{ resources: [declared] }] })
    const reply = await put(sandbox, await mint(sandbox), [user('E-1', { customProperties: {} })])
    expect(reply.json).toEqual({
      error: 'Too many fields on resource with uniqueId E-1 (element 0). Extra keys: customProperties',
    })
  })

  it('on first use take the custom properties of the first records, and hold later ones to them', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [])
    expect((await put(sandbox, token, [user('E-1', { customProperties: { hostname: 'a' } })])).status).toBe(200)
    expect((await put(sandbox, token, [user('E-1')])).json).toEqual({
      error: "/0: must have property 'customProperties'",
    })
  })
})
