import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { createAuthority, type TestAuthority } from '../../support/loopback.ts'
import { type Mariadb, mariadbInstalled, startMariadb } from '../../support/mariadb.ts'
import { type Postgres, postgresInstalled, startPostgres } from '../../support/postgres.ts'
import { describeWithService } from '../../support/service.ts'
import { abortWhileWaiting, eventually, type Options, read, readOne, sayFailure } from './support.ts'

interface Case {
  readonly installed: () => string | undefined
  start(authority: TestAuthority): Promise<Postgres | Mariadb>
  /** Whether the session that asks is encrypted. */
  readonly encrypted: string
  /** Computes for minutes. */
  readonly slow: string
}

const CASES: Readonly<Record<string, Case>> = {
  PostgreSQL: {
    installed: postgresInstalled,
    start: (authority) => startPostgres({ authority }),
    encrypted: 'select ssl::text as tls from pg_stat_ssl where pid = pg_backend_pid()',
    slow: 'select count(*) as n from generate_series(1, 100000000000) i',
  },
  MariaDB: {
    installed: mariadbInstalled,
    start: (authority) => startMariadb({ authority }),
    encrypted: `select if(variable_value = '', 'false', 'true') as tls from information_schema.session_status where variable_name = 'Ssl_cipher'`,
    slow: 'select count(*) as n from seq_1_to_100000000 a, seq_1_to_100000000 b',
  },
}

for (const [name, { installed, start, encrypted, slow }] of Object.entries(CASES)) {
  describeWithService(`TLS with ${name}`, installed, () => {
    let authority: TestAuthority
    let server: Postgres | Mariadb
    let base: Options

    beforeAll(async () => {
      authority = await createAuthority()
      server = await start(authority)
      const { tls: _tls, ...rest } = server.options
      base = { ...rest, password: new Secret(server.password), query: encrypted }
    })
    afterAll(async () => {
      await server.stop()
      await authority.remove()
    })

    test('is checked against the authority of the configuration, and used', async () => {
      expect(await readOne({ ...base, host: 'localhost', ca: authority.caFile })).toEqual({ tls: 'true' })
    })

    test('is refused when nobody known has signed the certificate', async () => {
      const failure = await sayFailure(read({ ...base, host: 'localhost' }))
      expect(failure).toMatchObject({ kind: 'ConfigError', code: 'tls-failed' })
      expect(failure.text).toMatch(/the certificate of localhost:\d+ is not trusted.*`ca`/)
    })

    test('is refused when the certificate is for another name', async () => {
      const failure = await sayFailure(read({ ...base, host: '127.0.0.1', ca: authority.caFile }))
      // The driver for MariaDB would compare the certificate of an address with `localhost`, so a name is asked for.
      const code = name === 'MariaDB' ? 'sql-options' : 'tls-failed'
      expect(failure).toMatchObject({ kind: 'ConfigError', code })
    })

    test('takes any certificate with tls: require, and warns', async () => {
      const { rows, logs } = await read({ ...base, tls: 'require' })
      expect({ ...rows[0]?.fields }).toEqual({ tls: 'true' })
      expect(logs.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
        expect.stringContaining('the certificate is not checked'),
      ])
    })

    test('is left out with tls: off', async () => {
      expect(await readOne({ ...base, tls: 'off' })).toEqual({ tls: 'false' })
    })

    test('names a file of authorities that is missing, or is none', async () => {
      expect(await sayFailure(read({ ...base, ca: join(authority.folder, 'none.pem') }))).toMatchObject({
        kind: 'ConfigError',
        code: 'ca-unreadable',
      })
      const empty = join(authority.folder, 'empty.pem')
      await writeFile(empty, 'nothing')
      expect(await sayFailure(read({ ...base, ca: empty }))).toMatchObject({ kind: 'ConfigError', code: 'bad-ca' })
    })

    test('does not keep an abort from ending the statement on the server', async () => {
      const { error, ms } = await abortWhileWaiting(
        { ...base, host: 'localhost', ca: authority.caFile, query: slow },
        500,
      )
      expect(error).toMatchObject({ message: 'that is enough' })
      expect(ms).toBeLessThan(1000)
      const running =
        name === 'MariaDB'
          ? `select count(*) as n from information_schema.processlist where info like '%a, seq_1_to%' and info not like '%processlist%'`
          : `select count(*) as n from pg_stat_activity where application_name = 'vanta-sync'`
      await eventually(async () => Number((await server.sql(running))[0]?.['n']) === 0)
    })
  })
}

describeWithService('TLS that the server does not have', postgresInstalled, () => {
  test('is said for PostgreSQL', async () => {
    const server = await startPostgres()
    try {
      const { tls: _tls, ...rest } = server.options
      const failure = await sayFailure(
        read({ ...rest, password: new Secret(server.password), query: 'select 1 as id' }),
      )
      expect(failure).toMatchObject({ kind: 'ConfigError', code: 'tls-missing' })
      expect(failure.text).toContain('tls: off')
    } finally {
      await server.stop()
    }
  })
})
