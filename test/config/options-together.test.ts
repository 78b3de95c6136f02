/** What a schema cannot say of a connector's options is said offline, with the place of `with`. */
import { describe, expect, test } from 'vitest'
import { loadConnector } from '../../connectors/load.ts'
import { mistakes } from './fixture.ts'

/** Line 9 has `with`. */
function configWith(use: string, options: string, over = ''): string {
  return `applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_SECRET }

connectors:
  source:
    use: ${use}
    with: { ${options} }

resources:
  things:
    type: secret
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from:
      - connector: source${over}
        map: { uniqueId: "{{ id }}" }
`
}

async function mistakesOf(use: string, options: string, over?: string): Promise<readonly string[]> {
  return mistakes(configWith(use, options, over), { loadConnector })
}

describe('options that do not go together', () => {
  test.each([
    ['hris', 'path: ./a.csv', '`columns.id` is missing'],
    ['hris', 'path: ./a.csv, columns: { id: ID, end: End }', '`dateFormat` is missing'],
    ['hris', 'path: ./a.csv, preset: erpnext, contractors: exclude', '`contractorTypes` is empty'],
    ['csv', 'path: ./a.csv, http: { user: x }', '`http` means nothing for a path on this machine'],
    ['csv', 'path: "ftp://files.example.com/a.csv"', 'begins with ftp://'],
    ['xlsx', 'path: "-", pick: newest', '`pick` means nothing for standard input'],
    ['json', 'path: "https://example.com/a.json", sftp: {}', '`sftp` means nothing for an address of the web'],
    ['rest', 'url: "https://example.com", paging: {}', '`paging` must hold exactly one of'],
    ['rest', 'url: "https://example.com", paging: { none: {} }, auth: {}', '`auth` must hold exactly one of'],
    ['rest', 'url: "https://example.com", paging: { none: {} }, method: POST', '`method: POST` needs `body`'],
    ['sql', 'kind: sqlite, query: select 1', '`path` is missing'],
    ['sql', 'kind: postgres, query: select 1, host: db.example.com', '`database` and `user` are missing'],
    ['ldap', 'urls: [ldaps://dc.example.com], objects: custom', '`objects: custom` needs `filter`'],
    ['ldap', 'urls: [ldaps://dc.example.com], filter: "(uid=x"', 'filter'],
  ])('of %s, such as %s, are a mistake where they are written', async (use, options, says) => {
    const [mistake, ...others] = await mistakesOf(use, options)
    expect(mistake).toMatch(/^vanta\.config\.yaml:9:\d+ connectors\.source\.with: /)
    expect(mistake).toContain(says)
    expect(others).toEqual([])
  })

  test('are told where a source lays its own over them', async () => {
    const over = '\n        with: { settle: 5s }'
    const [mistake] = await mistakesOf('csv', 'path: "-"', over)
    expect(mistake).toMatch(/^vanta\.config\.yaml:17:\d+ resources\.things\.from\[0\]\.with: /)
    expect(mistake).toContain('`settle` means nothing for standard input')
  })

  test('are not guessed at while a value is missing', async () => {
    const found = await mistakesOf('hris', 'path: ./a.csv, columns: { id: { env: NO_SUCH } }')
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('NO_SUCH')
  })
})

test('options that go together are no mistake', async () => {
  const options = 'path: ./a.csv, columns: { id: ID, end: End }, dateFormat: dd.MM.yyyy'
  expect(await mistakesOf('hris', options)).toEqual([])
})
