/** The example of the README and of the reference, whole, against a sandbox: only addresses and secrets are adapted. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Sandbox } from '../../sandbox/start.ts'
import { ACCOUNTS, only, withOffice } from '../support/cli.ts'

const EXAMPLE = await readFile(fileURLToPath(new URL('../config/example.yaml', import.meta.url)), 'utf8')

const EXPORT = `employee_id,first_name,last_name,login,role,hire_date,status,email,department
E-1001,Ada,Lovelace,ada,Admin,10/12/2019,ACTIVE,ada@example.com,Research
E-1002,Jörg,Müller,joerg,Editor,01/02/2021,active,joerg@example.com,Research
E-1003,Grace,Hopper,grace,User,09/12/2022,DEACTIVATED,grace@example.com,Navy
`

function adapted({ url }: Sandbox): string {
  const text = EXAMPLE.replace('region: commercial', `baseUrl: ${url}`)
  expect(text).not.toBe(EXAMPLE)
  return text
}

it('the whole example config pushes an export', async () => {
  await withOffice({ config: adapted }, async (office) => {
    await office.write('exports/people.csv', EXPORT)
    await office.write('secret.txt', `${office.sandbox.credentials.clientSecret}\n`)
    delete office.env['PEOPLE_X_CLIENT_SECRET']
    office.env['SLACK_WEBHOOK'] = 'https://hooks.slack.example/services/T000'
    expect((await office.cli('validate')).code).toBe(0)
    const document = await office.json('run')
    expect(document).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
    expect(only(document)).toMatchObject({ outcome: 'pushed', verified: true, changes: { added: 3 } })
    const rows = office.sandbox.control.records({ type: 'user_account', resourceId: ACCOUNTS })
    expect(rows.find((row) => row['uniqueId'] === 'E-1002')).toMatchObject({
      externalUrl: 'https://hr.example.com/people/E-1002',
      fullName: 'Jörg Müller',
      permissionLevel: 'EDITOR',
      // Midnight in Berlin.
      createdTimestamp: '2021-01-31T23:00:00Z',
      status: 'ACTIVE',
      authMethod: 'SSO',
      mfaEnabled: null,
      mfaMethods: [],
    })
  })
})

it('who must be included is missed by the guard', async () => {
  await withOffice({ config: adapted }, async (office) => {
    await office.write('exports/people.csv', EXPORT.replaceAll('E-1001', 'E-1009'))
    await office.write('secret.txt', office.sandbox.credentials.clientSecret)
    office.env['SLACK_WEBHOOK'] = 'https://hooks.slack.example/services/T000'
    const document = await office.json('run')
    expect(document.exitCode).toBe(11)
    expect(only(document).hold?.reasons.map(({ rule }) => rule)).toContain('mustInclude')
    expect(office.held()).toEqual([])
  })
})
