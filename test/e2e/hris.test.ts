import { describe, expect, it } from 'vitest'
import { ACCOUNTS, type Office, only, withOffice } from '../support/cli.ts'

const CONFIG = (baseUrl: string): string => `vanta:
  baseUrl: ${baseUrl}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
zone: Europe/Berlin
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  people-x-hr:
    use: hris
    with:
      path: ./people.csv
      columns: { id: Employee ID, start: Hire Date, end: Termination Date }
      dateFormat: dd.MM.yyyy
resources:
  people-x-accounts:
    type: user_account
    resourceId: ${ACCOUNTS}
    from:
      - connector: people-x-hr
        map:
          uniqueId: "{{ row['Employee ID'] }}"
          externalUrl: "https://hr.example.com/people/{{ row['Employee ID'] }}"
          fullName: "{{ Name }}"
          displayName: "{{ Name }}"
          accountName: "{{ Login }}"
          email: "{{ Login }}@example.com"
          permissionLevel: BASE
          authMethod: SSO
          mfaEnabled: null
          mfaMethods: []
`

/** Row n of thirty, with another end date. */
function exported(changes: Readonly<Record<number, string>> = {}): string {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `E-${100 + i};Person ${i};person${i};01.04.2019;${changes[i] ?? ''}`,
  )
  return `${['Employee ID;Name;Login;Hire Date;Termination Date', ...rows].join('\n')}\n`
}

function recordOf(office: Office, id: string): Record<string, unknown> | undefined {
  return office.sandbox.control
    .state()
    .resources.flatMap(({ records }) => records)
    .find(({ uniqueId }) => uniqueId === id)
}

describe('an export of people', () => {
  it('feeds accounts: who left is DEACTIVATED with the time, and an unreadable date deletes nobody', () =>
    withOffice({ config: ({ url }) => CONFIG(url) }, async (office) => {
      await office.write('people.csv', exported())
      expect((await office.cli('run')).code).toBe(0)
      expect(office.held()).toHaveLength(30)
      expect(recordOf(office, 'E-105')).toMatchObject({ status: 'ACTIVE' })

      const yesterday = new Date(Date.now() - 2 * 24 * 3600 * 1000)
      const left = yesterday.toISOString().slice(0, 10).split('-').toReversed().join('.')
      await office.write('people.csv', exported({ 5: left, 7: 'end of May' }))
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'degraded', exitCode: 0 })
      const { records, problems, changes } = only(document)
      expect(records).toMatchObject({ read: 30, valid: 29, invalid: 1, carriedForward: 1, pushed: 30 })
      expect(changes).toMatchObject({ removed: 0, changed: 1 })
      expect(problems).toEqual([
        expect.objectContaining({ code: 'source', at: 'people.csv:9', uniqueId: 'E-107', field: 'status' }),
      ])
      expect(JSON.stringify(problems)).not.toContain('end of May')
      expect(recordOf(office, 'E-105')).toMatchObject({ status: 'DEACTIVATED' })
      expect(recordOf(office, 'E-105')?.['deactivatedTimestamp']).toMatch(/T2[23]:00:00(\.000)?Z$/)
      expect(recordOf(office, 'E-107')).toMatchObject({ status: 'ACTIVE' })
      expect(office.held()).toHaveLength(30)
    }))

  it('that is cut pushes nothing', () =>
    withOffice({ config: ({ url }) => CONFIG(url) }, async (office) => {
      await office.write('people.csv', exported().slice(0, -40))
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'failed', exitCode: 12 })
      expect(office.requests().filter((line) => line.startsWith('PUT'))).toEqual([])
    }))
})
