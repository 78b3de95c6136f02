import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { Secret } from '../../../core/secret.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'
import { type Mariadb, mariadbInstalled, startMariadb } from '../../support/mariadb.ts'
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

describeWithService('sql with MariaDB', mariadbInstalled, () => {
  let server: Mariadb
  let base: Options

  beforeAll(async () => {
    server = await startMariadb()
    base = { ...server.options, password: new Secret(server.password) }
    await server.sql('create table company.people (id int primary key, name varchar(50), hired date)')
    await server.sql(`insert into company.people select seq, concat('Person ', seq), '2019-01-02' from seq_1_to_300`)
    await server.sql('create table company.salaries (id int)')
    await server.sql(`create user limited@'%' identified by 'l'`)
    await server.sql(`grant select on company.people to limited@'%'`)
  })
  afterAll(async () => server.stop())

  const sessions = async (): Promise<number> => {
    const rows = await server.sql(`select count(*) as n from information_schema.processlist where user = 'reader'`)
    return Number(rows[0]?.['n'])
  }

  test('gives every value as the database says it, without loss', async () => {
    await server.sql(`create table company.odd (tiny tinyint(1), small smallint unsigned, mid mediumint, big bigint unsigned,
      dec1 decimal(20,2), f float, d double, bit1 bit(1), bit64 bit(64), day date, local datetime(6), instant timestamp(3) null,
      clock time, y year, letters text, doc json, bytes varbinary(10), blob1 blob, choice enum('low','very high'), choices set('x','y'),
      nothing int)`)
    await server.sql(`set statement time_zone = '+01:00' for insert into company.odd values (1, 65535, -5, 18446744073709551615, 1.10,
      0.1, 0.1, b'1', x'ffffffffffffffff', '2019-01-02', '2019-01-02 00:30:00.123456', '2019-01-02 00:30:00.5', '-12:34:56', 2024, 'ä😀',
      '{"id": 12345678901234567890}', x'dead', x'00ff', 'very high', 'x,y', null)`)
    expect(await readOne({ ...base, query: 'select *, count(*) over () as n, 1 = 1 as yes from odd' })).toEqual({
      tiny: 1,
      small: 65_535,
      mid: -5,
      big: '18446744073709551615',
      dec1: '1.10',
      f: 0.1,
      d: 0.1,
      bit1: 1,
      bit64: '18446744073709551615',
      day: '2019-01-02',
      local: '2019-01-02 00:30:00.123456',
      instant: '2019-01-01T23:30:00.500Z',
      clock: '-12:34:56',
      y: 2024,
      letters: 'ä😀',
      doc: { id: '12345678901234567890' },
      bytes: 'dead',
      blob1: '00ff',
      choice: 'very high',
      choices: 'x,y',
      nothing: null,
      n: '1',
      yes: 1,
    })
  })

  test('gives a zero date as it is', async () => {
    await server.sql(`create table company.zero (day date, instant timestamp null)`)
    await server.sql(
      `set statement sql_mode = '' for insert into company.zero values ('0000-00-00', '0000-00-00 00:00:00')`,
    )
    expect(await readOne({ ...base, query: 'select * from zero' })).toEqual({
      day: '0000-00-00',
      instant: '0000-00-00 00:00:00',
    })
  })

  test.each(['America/New_York', 'Asia/Tokyo'])(
    'gives the same days and times when this machine is in %s',
    async (TZ) => {
      const query = `select date '2019-01-02' as day, timestamp '2019-01-02 00:30:00' as local, from_unixtime(1546389000) as made`
      const { first } = await readInChild({ ...base, password: server.password, query }, { env: { TZ } })
      expect(first).toEqual({ day: '2019-01-02', local: '2019-01-02 00:30:00', made: '2019-01-02 00:30:00' })
    },
  )

  test('says that the server does not know the zone, and takes it when it does', async () => {
    const query = `select @@time_zone as zone, instant from company.zones`
    const inBerlin = read({ ...base, query: 'select 1 as id' }, { zone: 'Europe/Berlin' })
    const failure = await sayFailure(inBerlin)
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-zone' })
    expect(failure.text).toContain('mysql_tzinfo_to_sql')
    expect(await readOne({ ...base, query: 'select 1 as id', timeZone: 'UTC' }, { zone: 'Europe/Berlin' })).toEqual({
      id: 1,
    })
    await server.sql(`insert into mysql.time_zone values (1, 'N')`)
    await server.sql(`insert into mysql.time_zone_name values ('Europe/Berlin', 1)`)
    await server.sql(
      `insert into mysql.time_zone_transition_type values (1, 0, 3600, 0, 'CET'), (1, 1, 7200, 1, 'CEST')`,
    )
    await server.sql(`insert into mysql.time_zone_transition values (1, 1553994000, 1), (1, 1572138000, 0)`)
    await server.sql('create table company.zones (instant timestamp)')
    await server.sql(`set statement time_zone = '+00:00' for insert into company.zones values ('2019-07-02 00:30:00')`)
    expect(await readOne({ ...base, query }, { zone: 'Europe/Berlin' })).toEqual({
      zone: 'Europe/Berlin',
      instant: '2019-07-02T02:30:00+02:00',
    })
  })

  test('gives rows in batches, counts them in the same snapshot, and proves it', async () => {
    let written = false
    const sizes: number[] = []
    const options = {
      ...base,
      query: 'select * from people order by id',
      count: 'select count(*) from people',
      fetchSize: 128,
    }
    const { columns, progress, proof } = await read(options, {
      async onBatch(rows) {
        sizes.push(rows.length)
        if (!written) await server.sql(`insert into company.people values (1000, 'Late', null)`)
        written = true
      },
    })
    await server.sql('delete from company.people where id = 1000')
    expect(columns).toEqual(['id', 'name', 'hired'])
    expect(sizes.reduce((sum, size) => sum + size)).toBe(300)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300)
    expect(progress.at(-1)).toEqual({ done: 300, total: 300, unit: 'rows' })
    expect(proof).toMatchObject({ complete: true, rows: 300 })
    expect(proof?.evidence).toMatch(
      /^MariaDB [\d.]+ gave the last row, in one read-only snapshot, and the count query agrees$/,
    )
  })

  test('is incomplete when the count query says another number', async () => {
    const { proof } = await read({ ...base, query: 'select id from people', count: 'select 299' })
    expect(proof).toMatchObject({ complete: false, rows: 300 })
  })

  test('proves an empty set, with its columns', async () => {
    const { columns, proof } = await read({ ...base, query: 'select id from people where false' })
    expect(columns).toEqual(['id'])
    expect(proof).toMatchObject({ complete: true, rows: 0 })
  })

  test('binds parameters outside the text of the query, also where a ? is a letter', async () => {
    const query = `select ? as text, '?' as mark, id from people where id = ?`
    const parameters = [`'; drop table people; -- `, '7']
    expect(await readOne({ ...base, query, parameters })).toEqual({ text: parameters[0], mark: '?', id: 7 })
    const failure = await sayFailure(read({ ...base, query, parameters: ['one'] }))
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-parameters' })
    expect(failure.text).toContain('2 placeholders, and `parameters` gives 1 value')
  })

  test.each([
    ['delete from people returning id', 'sql-writes'],
    ['insert into people (id) values (5000) returning id', 'sql-writes'],
    ['insert into people (id) values (5000)', 'sql-no-rows'],
    ['create table more (id int)', 'sql-writes'],
    ['drop table people', 'sql-no-rows'],
    ['set @a = 1', 'sql-no-rows'],
    ['commit', 'sql-no-rows'],
    ['call nothing()', 'sql-no-rows'],
    ['select 1 as id; select 2 as id', 'sql-several'],
    ['select 1 as id; delete from people', 'sql-several'],
    ['select id, name as id from people', 'sql-columns'],
    ["load data local infile '/etc/passwd' into table people", 'sql-refused'],
  ])('refuses the query %j', async (query, code) => {
    const failure = await sayFailure(read({ ...base, query }))
    expect(failure.kind).toBe('ConfigError')
    // Whether a statement without columns is refused by the server or before is the server's choice.
    expect(
      code === 'sql-writes' || code === 'sql-no-rows' || code === 'sql-refused'
        ? ['sql-writes', 'sql-no-rows', 'sql-refused']
        : [code],
    ).toContain(failure.code)
    expect(await server.sql('select count(*) as n from company.people')).toEqual([{ n: 300 }])
  })

  test('lifts limits of the server that would cut rows or lists without a word', async () => {
    await server.sql('set global sql_select_limit = 10')
    await server.sql('set global group_concat_max_len = 64')
    try {
      const { rows } = await read({ ...base, query: 'select id from people' })
      expect(rows).toHaveLength(300)
      const one = await readOne({ ...base, query: 'select length(group_concat(name)) as length from people' })
      expect(Number(one['length'])).toBeGreaterThan(2000)
    } finally {
      await server.sql('set global sql_select_limit = 18446744073709551615')
      await server.sql('set global group_concat_max_len = 1048576')
    }
  })

  test('says in which line and column the query is wrong', async () => {
    const failure = await sayFailure(read({ ...base, query: 'select id\nfrom people\nwere id = 1' }))
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-refused' })
    expect(failure.text).toContain('query line 3, column 6: 127.0.0.1:')
    expect((await sayFailure(read({ ...base, query: 'select id from' }))).text).toContain('query line 1, column 15: ')
    expect((await sayFailure(read({ ...base, query: 'select nmae from people' }))).text).toMatch(
      /Unknown column 'nmae'/,
    )
  })

  test('tells who must act when the login, a database or a right is missing', async () => {
    const query = 'select id from salaries'
    const wrong = await sayFailure(read({ ...base, password: new Secret('hush-hush'), query }))
    expect(wrong).toMatchObject({ kind: 'OperatorError', code: 'sql-login' })
    expect(wrong.text).not.toContain('hush-hush')
    expect(await sayFailure(read({ ...base, database: 'nowhere', query }))).toMatchObject({
      kind: 'ConfigError',
      code: 'sql-database',
    })
    const limited = { ...base, user: 'limited', password: new Secret('l') }
    const denied = await sayFailure(read({ ...limited, query }))
    expect(denied).toMatchObject({ kind: 'OperatorError', code: 'sql-forbidden' })
    expect(denied.text).toContain('for table `company`.`salaries`')
  })

  test('never quotes a value of a row', async () => {
    await server.sql(
      `create function company.tell() returns int begin signal sqlstate '45000' set message_text = 'Jane is gone'; return 1; end`,
    )
    const raised = await sayFailure(read({ ...base, query: 'select tell() as id' }))
    expect(raised.kind).toBe('OperatorError')
    expect(raised.text).not.toContain('Jane')
  })

  test('says that a statement was cancelled by a limit of the server', async () => {
    const query =
      'set statement max_statement_time = 0.2 for select count(*) as n from seq_1_to_100000000 a, seq_1_to_100000000 b'
    const failure = await sayFailure(read({ ...base, query }))
    expect(failure).toMatchObject({ kind: 'OperatorError', code: 'sql-cancelled' })
    expect(failure.text).toContain('max_statement_time')
  })

  test('fails when the connection drops in the middle, wherever that is', async () => {
    const proxy = await startCutProxy({ to: server.port })
    try {
      const options = {
        ...base,
        port: proxy.port,
        query: 'select seq as id, repeat(seq, 20) as name from seq_1_to_20000',
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

  test.each([
    ['kill', 'RetryLaterError'],
    ['kill query', 'OperatorError'],
  ])('fails when somebody says %s in the middle', async (word, kind) => {
    let killed = false
    const reading = read(
      { ...base, query: 'select seq as id, repeat("x", 500) as name from seq_1_to_1000000', fetchSize: 1000 },
      {
        async onBatch() {
          if (killed) return
          killed = true
          const [row] = await server.sql(`select id from information_schema.processlist where user = 'reader'`)
          await server.sql(`${word} ${Number(row?.['id'])}`)
        },
      },
    )
    expect((await sayFailure(reading)).kind).toBe(kind)
  })

  test('ends within a second of an abort, between rows and while the server computes, and leaves no session', async () => {
    const between = await abortAfterFirstBatch({ ...base, query: 'select seq as id from seq_1_to_100000000' })
    expect(between.error).toMatchObject({ message: 'that is enough' })
    expect(between.ms).toBeLessThan(1000)
    const slow = 'select count(*) as n from seq_1_to_100000000 a, seq_1_to_100000000 b'
    const computing = await abortWhileWaiting({ ...base, query: slow }, 400)
    expect(computing.error).toMatchObject({ message: 'that is enough' })
    expect(computing.ms).toBeLessThan(1000)
    await eventually(async () => (await sessions()) === 0)
  })

  test('checks that the query runs, and says what answers', async () => {
    const options = { ...base, query: 'select seq as id from seq_1_to_100000000', count: 'select 5' }
    expect(await runCheck(sqlConnector, options)).toMatch(
      /^MariaDB [\d.]+ answers, reads in one read-only snapshot, and query has 1 column; the count query says 5$/,
    )
    await eventually(async () => (await sessions()) === 0)
  })

  test('reads over the socket of the machine, and with the address in one URL', async () => {
    const { tls: _tls, ...rest } = base
    expect(await readOne({ ...rest, host: server.socket, query: 'select 1 as id' })).toEqual({ id: 1 })
    const url = new Secret(`mysql://reader:${server.password}@127.0.0.1:${server.port}/company`)
    expect(await readOne({ kind: 'mysql', url, tls: 'off', query: 'select 1 as id' })).toEqual({ id: 1 })
  })

  test('says that the server has no TLS', async () => {
    const { tls: _tls, ...rest } = base
    expect(await sayFailure(read({ ...rest, host: 'localhost', query: 'select 1 as id' }))).toMatchObject({
      kind: 'ConfigError',
      code: 'tls-missing',
    })
  })

  test('reads a million rows in little memory, and quickly', async () => {
    const query = `select seq as id, concat('Person ', seq) as name, now() as seen from seq_1_to_1000000`
    const options = { ...base, password: server.password, query }
    const { count, early, largest, seconds } = await readInChild(options, { flags: ['--max-old-space-size=64'] })
    expect(count).toBe(1_000_000)
    expect((largest - early) / 2 ** 20).toBeLessThan(60)
    expect(seconds).toBeLessThan(25)
  })
})
