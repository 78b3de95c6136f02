/** Every error that can end a run is known here, so that a broken connection never passes for a mere failure. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { meaningOf } from '../../../core/health/cause.ts'
import { SOURCE_TROUBLES } from '../../../core/health/source-trouble.ts'
import { VANTA_TROUBLES } from '../../../core/health/vanta-trouble.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Files, data and answers that are not as they should be, over connections that work. */
const NO_CONNECTION = new Set(
  `
  archive-cut archive-damaged archive-deep archive-encrypted archive-entries archive-method archive-missing
  bad-header content-too-large control-file csv-delimiter
  exec-exit-code exec-idle exec-line exec-output-limit exec-output-open exec-signal exec-start exec-timeout
  columns
  file-binary file-busy file-changing file-checksum file-encoding file-format file-incomplete file-is-folder
  file-is-special file-missing file-unreadable several-files no-file name-date
  hris-columns hris-id
  http-charset http-no-file http-not-ready http-refused http-too-large
  ldap-dn ldap-filter ldap-groups ldap-id ldap-incomplete ldap-operations-error ldap-range ldap-refused
  lease-held lease-lost run-under-way
  not-accepted not-held partly-refused records-refused refused too-large waits-for-parts
  pgp-damaged pgp-key pgp-plain pgp-signature
  rest-bad-json rest-content-type rest-empty-answer rest-errors rest-flag rest-id rest-loop rest-next rest-no-rows
  rest-not-ready rest-other-host rest-partial rest-row rest-total
  scratch-unwritable source-abandoned source-contract source-failed source-incomplete source-timeout
  sql-cancelled sql-conflict sql-damaged sql-database sql-failed sql-idle sql-locked sql-no-database sql-refused
  sql-value sql-parameters
  stdin-empty stdin-read stdin-terminal
  xlsx-damaged xlsx-format xlsx-header xlsx-protected xlsx-sheet xlsx-too-large
  `
    .trim()
    .split(/\s+/),
)

const CONSTRUCTED = /\b(?:Refused|Unavailable|Operator|RetryLater|Lease)Error\(\s*'([a-z][a-z0-9-]*)'/g
/** Helpers and tables that make such errors: `operator('ldap-rights', …)`, `code: 'sql-login'`. */
const BY_HELPER = /\b(?:operator|badAnswer|super)\(\s*'([a-z][a-z0-9-]*)'/g
const IN_TABLE = /\bcode(?::| =) (?:[\w.() !=]+\? )?'([a-z]+(?:-[a-z0-9]+)+)'(?: : '([a-z]+(?:-[a-z0-9]+)+)')?/g
const TALKS = /^(?:core\/(?:network|vanta)|connectors\/(?:ldap|network|sql|rest|files\/places))\//

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
}

function codesOfSources(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>()
  for (const file of [...sourceFiles('core'), ...sourceFiles('connectors')]) {
    if (file.startsWith('core/health/')) continue
    const text = readFileSync(join(ROOT, file), 'utf8')
    const told = TALKS.test(file) ? [...text.matchAll(BY_HELPER), ...text.matchAll(IN_TABLE)] : []
    for (const [, code, other] of [...text.matchAll(CONSTRUCTED), ...told]) {
      for (const each of [code, other]) if (each !== undefined) codes.set(each, file)
    }
  }
  return codes
}

describe('the codes of errors', () => {
  const codes = codesOfSources()
  const known = new Set([...VANTA_TROUBLES.keys(), ...SOURCE_TROUBLES.keys()])

  it('are many, so this test sees them', () => {
    expect(codes.size).toBeGreaterThan(100)
    expect([...codes.keys()]).toEqual(
      expect.arrayContaining([
        'invalid-client',
        'sql-login',
        'ldap-password-expired',
        'dns-failed',
        'http-unauthorized',
      ]),
    )
  })

  it('each have a cause with a remedy, or are known to mean no broken connection', () => {
    const unknown = [...codes].filter(([code]) => !known.has(code) && !NO_CONNECTION.has(code))
    expect(unknown).toEqual([])
  })

  it('are not known twice, and none is known that nothing throws', () => {
    expect([...NO_CONNECTION].filter((code) => known.has(code))).toEqual([])
    const all = sourceText()
    expect([...known, ...NO_CONNECTION].filter((code) => !all.includes(`'${code}'`))).toEqual([])
  })
})

function sourceText(): string {
  const files = [...sourceFiles('core'), ...sourceFiles('connectors')].filter(
    (file) => !file.startsWith('core/health/'),
  )
  return files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n')
}

const MESSAGE = 'cn=jane doe,ou=people: something personal'

describe('what a code means', () => {
  it('is told of the side that the error came from', () => {
    const vanta = meaningOf({ code: 'tls-failed', message: MESSAGE }, 21)
    expect(vanta.connection).toMatchObject({ cause: 'network', side: 'Vanta' })
    const source = meaningOf({ code: 'tls-failed', message: MESSAGE, source: 'directory-x' }, 78)
    expect(source.connection).toMatchObject({ cause: 'network', side: 'directory-x' })
    expect(source.remedy).toContain('`ca`')
  })

  it.each([
    ['invalid-client', 20, 'credentials', /^Vanta refuses the client id or the client secret: .* \(invalid-client\)$/],
    ['missing-scope', 20, 'permissions', /^Vanta .*scope/],
    ['type-not-declared', 20, 'permissions', /^Vanta does not know this resource/],
    ['token-revoked', 20, 'another process', /^Vanta ended our token twice/],
    ['server-error', 21, 'third party down', /^Vanta is failing/],
    ['wrong-base-url', 20, 'network', /redirect/],
    ['proxy-failed', 21, 'network', /through the proxy/],
  ] as const)('%s of Vanta has the cause that mends it', (code, exitCode, cause, says) => {
    const failure = meaningOf({ code, message: MESSAGE }, exitCode)
    expect(failure.connection?.cause).toBe(cause)
    expect(failure.says).toMatch(says)
  })

  it.each([
    ['ldap-password-expired', 'credentials', /password has expired/, /new password/],
    ['ldap-account-disabled', 'credentials', /disabled/, /person who left.*service account/],
    ['ldap-rights', 'permissions', /does not let/, /permissions/],
    ['http-unauthorized', 'credentials', /expired or been revoked/, /regenerated must be linked again/],
    ['connection-refused', 'third party down', /refuses the connection/, /firewall/],
  ] as const)('%s of a source has the cause that mends it', (code, cause, says, remedy) => {
    const failure = meaningOf({ code, message: MESSAGE, source: 'directory-x' }, 12)
    expect(failure.connection).toMatchObject({ cause, side: 'directory-x' })
    expect(failure.says).toMatch(says)
    expect(failure.remedy).toMatch(remedy)
  })

  it('is no broken connection when the data is to blame, and is told all the same', () => {
    const failure = meaningOf({ code: 'csv-broken', message: MESSAGE, source: 'people (from[1])' }, 12)
    expect(failure.connection).toBeUndefined()
    expect(failure.says).toBe('people (from[1]) could not be read whole, so nothing was pushed (csv-broken)')
    expect(failure.remedy).toContain('`vanta-sync test people`')
  })

  it.each([10, 12, 20, 21, 30, 64, 70, 74, 78, 130, 143])(
    'has words and a remedy for any code of exit %i',
    (exitCode) => {
      const { says, remedy } = meaningOf({ code: 'never-heard-of', message: MESSAGE, hint: MESSAGE }, exitCode)
      expect(says).toContain('(never-heard-of)')
      expect(remedy.length).toBeGreaterThan(20)
      expect(says + remedy).not.toContain('jane')
    },
  )

  it('never is to delete the application, which would lose its configuration and history', () => {
    for (const { remedy } of VANTA_TROUBLES.values()) expect(remedy).not.toMatch(/(?<!never )delete the application/i)
    expect(VANTA_TROUBLES.get('invalid-client')?.remedy).toContain('never delete')
  })
})
