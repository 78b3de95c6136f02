import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { Secret } from '../../../core/secret.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'
import { type Postgres, postgresInstalled, startPostgres } from '../../support/postgres.ts'
import { runCheck } from '../../support/read-all.ts'
import { describeWithService } from '../../support/service.ts'
import {
  abortAfterFirstBatch,
  abortWhileWaiting,
  eventually,
  type Options,
  read,
  readInChild,
  readOne,
  sayFailure,
} from './support.ts'

describeWithService('sql with PostgreSQL in trouble', postgresInstalled, () => {
  let server: Postgres
  let base: Options
  const reader = { user: 'reader', password: new Secret('reads') }

  beforeAll(async () => {
    server = await startPostgres()
    base = { ...server.options, password: new Secret(server.password) }
    await server.sql(`create table people (id int primary key, name text, hired date);
      insert into people select i, 'Person ' || i, date '2019-01-02' from generate_series(1, 300) i;
      create table salaries (id int);
      create role reader login password 'reads'; grant select on people to reader`)
  })
  afterAll(async () => server.stop())

  const backends = async (): Promise<number> => {
    const rows = await server.sql(
      `select count(*)::int as n from pg_stat_activity where application_name = 'vanta-sync'`,
    )
    return Number(rows[0]?.['n'])
  }

  test('tells who must act when the login or a right is missing', async () => {
    const query = 'select id from salaries'
    expect(await sayFailure(read({ ...base, password: new Secret('wrong'), query }))).toMatchObject({
      kind: 'OperatorError',
      code: 'sql-login',
    })
    expect(await sayFailure(read({ ...server.options, query }))).toMatchObject({
      kind: 'ConfigError',
      code: 'sql-password',
    })
    expect(await sayFailure(read({ ...base, database: 'nowhere', query }))).toMatchObject({
      kind: 'ConfigError',
      code: 'sql-database',
    })
    const denied = await sayFailure(read({ ...base, ...reader, query }))
    expect(denied).toMatchObject({ kind: 'OperatorError', code: 'sql-forbidden' })
    expect(denied.text).toContain('permission denied for table salaries')
  })

  test('says that a statement was cancelled by statement_timeout, or waited for a lock in vain', async () => {
    await server.sql(`create role hasty login superuser password 'h'; alter role hasty set statement_timeout = '200ms'`)
    const hasty = { ...base, user: 'hasty', password: new Secret('h') }
    const cancelled = await sayFailure(read({ ...hasty, query: 'select pg_sleep(5)::text as nap' }))
    expect(cancelled).toMatchObject({ kind: 'OperatorError', code: 'sql-cancelled' })
    expect(cancelled.text).toContain('statement_timeout')
    await server.sql(`create role patient login superuser password 'p'; alter role patient set lock_timeout = '200ms'`)
    const proxy = read({ ...base, query: 'select pg_sleep(0)::text as nap' })
    await proxy
    const lock = server.sql('begin; lock table salaries in access exclusive mode; select pg_sleep(2); commit')
    await eventually(
      async () =>
        (
          await server.sql(
            `select 1 from pg_locks where mode = 'AccessExclusiveLock' and relation = 'salaries'::regclass`,
          )
        ).length > 0,
    )
    const options = { ...base, user: 'patient', password: new Secret('p'), query: 'select id from salaries' }
    expect(await sayFailure(read(options))).toMatchObject({ kind: 'RetryLaterError', code: 'sql-locked' })
    await lock
  })

  test('fails when the connection drops in the middle, wherever that is', async () => {
    const proxy = await startCutProxy({ to: server.port })
    try {
      const options = {
        ...base,
        port: proxy.port,
        query: 'select i as id, repeat(i::text, 20) as name from generate_series(1, 20000) i',
      }
      await read(options)
      const whole = proxy.bytes
      for (const share of [0.3, 0.7, 0.999]) {
        proxy.cutAfter(Math.floor(whole * share))
        const failure = await sayFailure(read(options))
        expect(failure, `cut at ${share}`).toMatchObject({ kind: 'RetryLaterError', code: 'connection-lost' })
      }
    } finally {
      await proxy.close()
    }
  })

  test('fails when the server ends the session in the middle', async () => {
    let rows = 0
    const reading = read(
      { ...base, query: 'select i as id from generate_series(1, 1000000) i', fetchSize: 1000 },
      {
        async onBatch(batch) {
          rows += batch.length
          if (rows === 5000) {
            await server.sql(
              `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vanta-sync'`,
            )
          }
        },
      },
    )
    const failure = await sayFailure(reading)
    expect(failure.kind).toBe('RetryLaterError')
    expect(['sql-shut-down', 'connection-lost']).toContain(failure.code)
  })

  test('ends within a second of an abort, between rows and while the server computes, and leaves no session', async () => {
    const between = await abortAfterFirstBatch({ ...base, query: 'select generate_series(1, 10000000) as id' })
    expect(between.error).toMatchObject({ message: 'that is enough' })
    expect(between.ms).toBeLessThan(1000)
    const computing = await abortWhileWaiting(
      { ...base, query: 'select count(*) as n from generate_series(1, 1000000000) i' },
      400,
    )
    expect(computing.error).toMatchObject({ message: 'that is enough' })
    expect(computing.ms).toBeLessThan(1000)
    await eventually(async () => (await backends()) === 0)
  })

  test('leaves no session behind when the reader stops early', async () => {
    const stopped = read(
      { ...base, query: 'select generate_series(1, 10000000) as id' },
      {
        onBatch: () => {
          throw new Error('stop')
        },
      },
    )
    await expect(stopped).rejects.toThrow('stop')
    await expect(
      runCheck(sqlConnector, { ...base, query: 'select generate_series(1, 10000000) as id' }),
    ).resolves.toContain('1 column')
    await eventually(async () => (await backends()) === 0)
  })

  test('checks that the query runs, and says what answers', async () => {
    const sentence = await runCheck(sqlConnector, {
      ...base,
      query: 'select id, name from people',
      count: 'select count(*) from people',
    })
    expect(sentence).toMatch(
      /^PostgreSQL 1\d.* answers, reads in one read-only snapshot, and query has 2 columns; the count query says 300$/,
    )
    await eventually(async () => (await backends()) === 0)
    const denied = await sayFailure(runCheck(sqlConnector, { ...base, ...reader, query: 'select id from salaries' }))
    expect(denied.code).toBe('sql-forbidden')
  })

  test('reads over the socket of the machine, without TLS', async () => {
    const { tls: _tls, ...rest } = base
    const options = { ...rest, host: server.folder, query: 'select count(*) as n from people' }
    expect(await readOne(options)).toEqual({ n: '300' })
  })

  test('reads a million rows in little memory, and quickly', async () => {
    const query = `select i as id, 'Person ' || i as name, now() as seen from generate_series(1, 1000000) i`
    const options = { ...base, password: server.password, query }
    const { count, early, largest, seconds, proof } = await readInChild(options, { flags: ['--max-old-space-size=64'] })
    expect(count).toBe(1_000_000)
    expect(proof.complete).toBe(true)
    expect((largest - early) / 2 ** 20).toBeLessThan(60)
    expect(seconds).toBeLessThan(25)
  })

  test('never says the password, and takes none from the environment', async () => {
    const failure = await sayFailure(read({ ...base, password: new Secret('hush-hush'), query: 'select 1 as id' }))
    expect(failure.text).not.toContain('hush-hush')
    const url = new Secret(`postgres://postgres:hush-hush@127.0.0.1:${server.port}/postgres?sslmode=disable`)
    const byUrl = await sayFailure(read({ kind: 'postgres', url, query: 'select 1 as id' }))
    expect(byUrl).toMatchObject({ kind: 'OperatorError', code: 'sql-login' })
    expect(byUrl.text).not.toContain('hush-hush')
    process.env['PGPASSWORD'] = server.password
    try {
      expect((await sayFailure(read({ ...server.options, query: 'select 1 as id' }))).code).toBe('sql-password')
    } finally {
      delete process.env['PGPASSWORD']
    }
  })

  test('reads with the address in one URL', async () => {
    const url = new Secret(
      `postgresql://postgres:${encodeURIComponent(server.password)}@127.0.0.1:${server.port}/postgres?sslmode=disable`,
    )
    expect(await readOne({ kind: 'postgres', url, query: 'select 1 as id' })).toEqual({ id: 1 })
  })
})
