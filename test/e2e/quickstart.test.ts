/** The four scenarios of Vanta's own quickstart. */
import { expect, it } from 'vitest'
import { ACCOUNTS, offices, people } from '../support/cli.ts'

interface Remote {
  readonly command: string
  readonly exitCode: number
  readonly resources: readonly {
    readonly uniqueId: string
    readonly fullName: string
    readonly deletedAt?: string | null
  }[]
}

it.concurrent('a valid token and a PUT, then read-back shows the records', () =>
  offices(async (open) => {
    const office = await open({ people: people(2) })
    expect((await office.cli('run')).code).toBe(0)
    const remote = await office.json<Remote>('remote', 'people-x-accounts')
    expect(remote).toMatchObject({ command: 'remote', exitCode: 0 })
    expect(remote.resources.map(({ uniqueId, fullName }) => [uniqueId, fullName])).toEqual([
      ['E-1001', 'Person 1'],
      ['E-1002', 'Person 2'],
    ])
  }))

it.concurrent.each([['expireToken'], ['revokeToken']] as const)(
  'after a 401 (%s) a new token is asked for once, and the run succeeds',
  (effect) =>
    offices(async (open) => {
      const office = await open()
      office.sandbox.control.fail(
        { method: 'PUT' },
        effect === 'expireToken' ? { expireToken: true } : { revokeToken: true },
      )
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'succeeded', exitCode: 0, applications: [{ tokensMinted: 2 }] })
      expect(office.requests().filter((line) => line.startsWith('PUT'))).toEqual([
        'PUT /v1/resources/user_account 401',
        'PUT /v1/resources/user_account 200',
      ])
      expect(office.held()).toEqual(['E-1001', 'E-1002', 'E-1003'])
    }),
)

it.concurrent('a second token makes the first one useless', () =>
  offices(async (open) => {
    const office = await open()
    const { url, credentials } = office.sandbox
    const mint = async (): Promise<string> => {
      const body = JSON.stringify({
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        scope: 'connectors.self:read-resource',
        grant_type: 'client_credentials',
      })
      const answer = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      return ((await answer.json()) as { access_token: string }).access_token
    }
    const read = async (token: string): Promise<number> => {
      const answer = await fetch(`${url}/v1/resources/user_account?resourceId=${ACCOUNTS}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      await answer.arrayBuffer()
      return answer.status
    }
    const first = await mint()
    expect(await read(first)).toBe(200)
    const second = await mint()
    expect([await read(first), await read(second)]).toEqual([401, 200])
  }))

it.concurrent('who is left out of the latest PUT is gone from what remote shows, and shown by --deleted', () =>
  offices(async (open) => {
    const office = await open({ people: people(40) })
    await office.cli('run')
    await office.export(people(39))
    expect((await office.cli('run')).code).toBe(0)
    const now = await office.json<Remote>('remote', 'people-x-accounts')
    expect(now.resources.map(({ uniqueId }) => uniqueId)).not.toContain('E-1040')
    const all = await office.json<Remote>('remote', 'people-x-accounts', '--deleted')
    const gone = all.resources.find(({ uniqueId }) => uniqueId === 'E-1040')
    expect(gone?.deletedAt).toMatch(/^\d{4}-/)
  }))
