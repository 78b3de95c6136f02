/** The whole way, from the configuration file through the command to what Vanta holds. */
import { describe, expect, it } from 'vitest'
import { only, withOffice } from '../../support/cli.ts'
import type { Asked, Reply } from '../../support/scripted-api.ts'
import { api, people } from './fixture.ts'

const ALL = people(30)

function configOf(url: string): (sandbox: { url: string }) => string {
  return (sandbox) => `
vanta: { baseUrl: ${sandbox.url} }
applications:
  people-x: { clientId: { env: PEOPLE_X_CLIENT_ID }, clientSecret: { env: PEOPLE_X_CLIENT_SECRET } }
connectors:
  people-api:
    use: rest
    with:
      url: ${url}/graphql
      query: { active: true, tenant: 007 }
      auth: { basic: { user: { env: API_USER }, password: { env: API_PASSWORD } } }
      secretHeaders: { X-Second: { env: API_SECOND } }
      method: POST
      body: >-
        { "query": "query ($after: String) { people(first: 100, after: $after)
        { totalCount pageInfo { hasNextPage endCursor } nodes { id name } } }",
        "variables": { "after": null } }
      rows: data.people.nodes
      total: data.people.totalCount
      paging:
        in: body
        cursor:
          next: data.people.pageInfo.endCursor
          more: data.people.pageInfo.hasNextPage
          parameter: variables.after
      idField: id
      optionalFields: [left]
resources:
  people:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from:
      - connector: people-api
        map:
          uniqueId: "{{ id }}"
          externalUrl: "https://hr.example.com/{{ id }}"
          fullName: "{{ name }}"
          displayName: "{{ name }}"
          email: "{{ id }}@example.com"
          accountName: "{{ id }}"
          permissionLevel: BASE
          createdTimestamp: "2024-01-02T03:04:05Z"
          deactivatedTimestamp: "{{ left }}"
          status: ACTIVE
          authMethod: SSO
          mfaEnabled: null
          mfaMethods: []
`
}

function afterOf({ body }: Asked): string | null {
  const { variables } = JSON.parse(body) as { variables: { after: string | null } }
  return variables.after
}

function graphql(asked: Asked): Reply {
  const from = Number(afterOf(asked) ?? 0)
  const pageInfo = { endCursor: String(from + 10), hasNextPage: from < 20 }
  return { body: { data: { people: { totalCount: 30, pageInfo, nodes: ALL.slice(from, from + 10) } } } }
}

describe('a sync from an API', () => {
  it('pushes what it read, and nothing when a page goes missing or says no', async () => {
    const server = await api(graphql)
    await withOffice({ config: configOf(server.url) }, async (office) => {
      Object.assign(office.env, { API_USER: 'svc', API_PASSWORD: 'p4ssw0rd', API_SECOND: 's3cond' })
      const preview = await office.cli('preview', 'people', '--rows', '1')
      expect(`${preview.code} ${preview.stdout}`).toContain('POST /graphql page 1 item 1')
      const first = only(await office.json('run'))
      expect(first).toMatchObject({ outcome: 'pushed', records: { read: 30, pushed: 30 } })
      expect(office.held()).toHaveLength(30)
      const [asked] = server.asked
      expect(asked?.path).toBe('/graphql?active=true&tenant=007')
      expect(asked?.headers).toMatchObject({ authorization: `Basic ${btoa('svc:p4ssw0rd')}`, 'x-second': 's3cond' })

      const broken: [Reply, string][] = [
        [{ status: 404 }, 'http-not-found'],
        [{ body: { errors: [{ message: 'p4ssw0rd is no good, nor is s3cond' }], data: null } }, 'rest-errors'],
        [{ body: { data: { people: { totalCount: 30, pageInfo: {}, nodes: [] } } } }, 'source-incomplete'],
      ]
      for (const [reply, code] of broken) {
        server.play((request) => (afterOf(request) === '10' ? reply : graphql(request)))
        const { stdout, code: exitCode } = await office.cli('run', '--json')
        const { error } = only(JSON.parse(stdout) as Parameters<typeof only>[0])
        expect([exitCode, error?.code]).toEqual([12, code])
        expect(stdout).not.toMatch(/p4ssw0rd|s3cond\b/)
      }
      expect(office.held()).toHaveLength(30)
      expect(office.requests().filter((line) => line.startsWith('PUT'))).toHaveLength(1)
    })
  })
})
