import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { type Postgres, postgresInstalled, startPostgres } from '../../support/postgres.ts'
import { describeWithService } from '../../support/service.ts'
import { type Options, read, readInChild, readOne, sayFailure } from './support.ts'

describeWithService('sql with PostgreSQL', postgresInstalled, () => {
  let server: Postgres
  let base: Options

  beforeAll(async () => {
    server = await startPostgres()
    base = { ...server.options, password: new Secret(server.password) }
    await server.sql(`create table people (id int primary key, name text, hired date);
      insert into people select i, 'Person ' || i, date '2019-01-02' from generate_series(1, 300) i;
`)
  })
  afterAll(async () => server.stop())

  test('gives every value as the database says it, without loss', async () => {
    const query = `select 7::int2 as small, 2147483647::int4 as int, 9007199254740993::int8 as big, 1.10::numeric(9,2) as dec,
      0.1::float4 as real, 0.1::float8 as double, 'NaN'::float8 as nan, date '2019-01-02' as day,
      timestamp '2019-01-02 03:04:05.12' as local, timestamptz '2019-01-02 03:04:05+01' as instant, time '23:59:59' as clock,
      true as yes, null::text as nothing, 'ä😀'::text as letters, '\\xdead00ff'::bytea as bytes,
      '{"id": 12345678901234567890, "a": [1]}'::jsonb as doc, interval '1 day 2 hours' as span,
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as uuid, '12.50'::money::numeric as money, 'infinity'::timestamptz as ever`
    expect(await readOne({ ...base, query })).toEqual({
      small: 7,
      int: 2_147_483_647,
      big: '9007199254740993',
      dec: '1.10',
      real: 0.1,
      double: 0.1,
      nan: 'NaN',
      day: '2019-01-02',
      local: '2019-01-02 03:04:05.12',
      instant: '2019-01-02T02:04:05+00:00',
      clock: '23:59:59',
      yes: true,
      nothing: null,
      letters: 'ä😀',
      bytes: 'dead00ff',
      doc: { id: '12345678901234567890', a: [1] },
      span: '1 day 02:00:00',
      uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      money: '12.50',
      ever: 'infinity',
    })
  })

  test('tells until when the password of the user is valid, and reads on whatever becomes of asking', async () => {
    await server.sql(`create role dated login password 'x' valid until '2027-03-04 05:06:07+00'; grant select on people to dated;
      create role endless login password 'x' valid until 'infinity'`)
    const own = { ...base, password: new Secret('x'), query: 'select 1 as one' }
    const dated = await read({ ...own, user: 'dated' })
    expect(dated.login).toEqual({ expiresAt: new Date('2027-03-04T05:06:07Z') })
    expect(dated.proof).toMatchObject({ complete: true, rows: 1 })
    expect((await read({ ...own, user: 'endless' })).login).toBeUndefined()
    await server.sql('revoke select on pg_catalog.pg_roles from public')
    const hidden = await read({ ...own, user: 'dated' })
    expect([hidden.login, hidden.proof]).toMatchObject([undefined, { complete: true, rows: 1 }])
    expect(hidden.logs.filter(({ level }) => level === 'debug')).toHaveLength(1)
    await server.sql('grant select on pg_catalog.pg_roles to public')
  })

  test('gives arrays as lists, of any element, nested and odd ones too', async () => {
    await server.sql(`create type level as enum ('low', 'very high'); create domain badge as int8`)
    const query = `select array[1, null, 3] as ints, array[9007199254740993] as bigs, array['a,b', '"', '\\', null, 'NULL', ''] as texts,
      array[[1,2],[3,4]] as nested, '{}'::text[] as none, '[0:1]={7,8}'::int[] as shifted, array['low','very high']::level[] as enums,
      array['{"a":1}'::jsonb] as docs, array[timestamptz '2019-01-02 03:04:05+00'] as times, array[true,false] as flags,
      array[5::badge] as badges, array['2019-01-02'::date] as days, '1 2'::int2vector as vector`
    expect(await readOne({ ...base, query })).toEqual({
      ints: [1, null, 3],
      bigs: ['9007199254740993'],
      texts: ['a,b', '"', '\\', null, 'NULL', ''],
      nested: [
        [1, 2],
        [3, 4],
      ],
      none: [],
      shifted: [7, 8],
      enums: ['low', 'very high'],
      docs: [{ a: 1 }],
      times: ['2019-01-02T03:04:05+00:00'],
      flags: [true, false],
      badges: ['5'],
      days: ['2019-01-02'],
      vector: '1 2',
    })
  })

  test.each(['America/New_York', 'Asia/Tokyo'])(
    'gives the same days and times when this machine is in %s',
    async (TZ) => {
      const query = `select date '2019-01-02' as day, timestamp '2019-01-02 00:30:00' as local, timestamptz '2019-01-02 00:30:00+00' as instant`
      const { first } = await readInChild({ ...base, password: server.password, query }, { env: { TZ, PGTZ: TZ } })
      expect(first).toEqual({ day: '2019-01-02', local: '2019-01-02 00:30:00', instant: '2019-01-02T00:30:00+00:00' })
    },
  )

  test('takes the zone of the configuration for the session, or timeZone', async () => {
    const query = `select current_setting('TimeZone') as zone, timestamptz '2019-07-02 00:30:00+00' as instant`
    expect(await readOne({ ...base, query }, { zone: 'Europe/Berlin' })).toEqual({
      zone: 'Europe/Berlin',
      instant: '2019-07-02T02:30:00+02:00',
    })
    expect(await readOne({ ...base, query, timeZone: 'Asia/Kolkata' }, { zone: 'Europe/Berlin' })).toEqual({
      zone: 'Asia/Kolkata',
      instant: '2019-07-02T06:00:00+05:30',
    })
  })

  test('announces the columns, also when there are no rows, and proves an empty set', async () => {
    const { rows, columns, proof } = await read({ ...base, query: 'select id, name from people where false' })
    expect(columns).toEqual(['id', 'name'])
    expect(rows).toEqual([])
    expect(proof).toMatchObject({ complete: true, rows: 0 })
  })

  test('gives rows in batches, says how many, and finds no column that is not there', async () => {
    const sizes: number[] = []
    const result = await read(
      { ...base, query: 'select * from people order by id', count: 'select count(*) from people', fetchSize: 128 },
      { onBatch: (rows) => void sizes.push(rows.length) },
    )
    expect(sizes).toEqual([128, 128, 44])
    expect(result.progress.at(-1)).toEqual({ done: 300, total: 300, unit: 'rows' })
    expect(result.proof).toMatchObject({ complete: true, rows: 300 })
    expect(result.proof?.evidence).toMatch(
      /^PostgreSQL [\d.]+.* gave the last row, in one read-only snapshot, and the count query agrees$/,
    )
    expect(result.rows[0]?.fields['constructor']).toBeUndefined()
    expect(result.rows[0]?.fields['toString']).toBeUndefined()
  })

  test('says that the last row came when it filled the batch', async () => {
    const { rows, proof } = await read({ ...base, query: 'select * from people', fetchSize: 100 })
    expect(rows).toHaveLength(300)
    expect(proof?.complete).toBe(true)
  })

  test('places a row by its number, or by key', async () => {
    const query = `select id, name from people where id <= 2 order by id`
    expect((await read({ ...base, query })).rows.map(({ at }) => at)).toEqual(['query row 1', 'query row 2'])
    const keyed = await read({ ...base, query, key: ['id', 'name'] })
    expect(keyed.rows.map(({ at }) => at)).toEqual(['query id=1, name=Person 1', 'query id=2, name=Person 2'])
  })

  test('binds parameters outside the text of the query', async () => {
    const query = 'select $1::text as text, id from people where id = $2 and hired > $3'
    const parameters = [`'; drop table people; --`, '7', '2018-12-31']
    expect(await readOne({ ...base, query, parameters })).toEqual({ text: parameters[0], id: 7 })
  })

  test('is incomplete when the count query says another number', async () => {
    const { proof } = await read({
      ...base,
      query: 'select * from people where id > 1',
      count: 'select count(*) from people',
    })
    expect(proof).toMatchObject({
      complete: false,
      rows: 299,
      evidence: 'the count query says 300 rows, and the query gave 299',
    })
  })

  test('counts in the snapshot that it reads, whatever others write meanwhile', async () => {
    await server.sql('create table moving as select i as id from generate_series(1, 2000) i')
    let written = false
    const options = { ...base, query: 'select id from moving', count: 'select count(*) from moving', fetchSize: 100 }
    const { proof } = await read(options, {
      async onBatch() {
        if (!written) await server.sql('insert into moving select generate_series(3000, 4000)')
        written = true
      },
    })
    expect(proof).toMatchObject({ complete: true, rows: 2000 })
  })

  test.each([
    ['delete from people returning id', 'sql-writes'],
    [`with gone as (delete from people returning id) select id from gone`, 'sql-writes'],
    ["select nextval('s') as id", 'sql-writes'],
    ['create table more (id int)', 'sql-writes'],
    ['insert into people values (1000)', 'sql-writes'],
    ['set search_path = pg_catalog', 'sql-no-rows'],
    ['commit', 'sql-no-rows'],
    ['-- nothing at all', 'sql-no-rows'],
    ['select', 'sql-no-rows'],
    ['select 1 as id; select 2 as id', 'sql-several'],
    ['select 1 as id; delete from people', 'sql-several'],
    ['select id, name as id from people', 'sql-columns'],
    ['select 1', 'sql-columns'],
    ['select 1 as "__proto__"', 'sql-columns'],
  ])('refuses the query %j', async (query, code) => {
    await server.sql('create sequence if not exists s')
    expect(await sayFailure(read({ ...base, query }))).toMatchObject({ kind: 'ConfigError', code })
    expect(await server.sql('select count(*)::int as n from people')).toEqual([{ n: 300 }])
  })

  test('names columns that have one name, and a key that is none', async () => {
    const twice = await sayFailure(read({ ...base, query: 'select id, name, id, name from people' }))
    expect(twice.text).toContain('column 3 is named "id" like column 1; column 4 is named "name" like column 2')
    const key = await sayFailure(read({ ...base, query: 'select id, name from people', key: ['nmae'] }))
    expect(key).toMatchObject({ kind: 'ConfigError', text: expect.stringContaining('Did you mean name?') as string })
  })

  test('says in which line and column the query is wrong', async () => {
    const syntax = await sayFailure(read({ ...base, query: 'select id\nfrom people\nwere id = 1' }))
    expect(syntax).toMatchObject({ kind: 'ConfigError', code: 'sql-refused' })
    expect(syntax.text).toContain('query line 3, column 6: 127.0.0.1:')
    const column = await sayFailure(read({ ...base, query: `select '😀' as face,\n  nmae from people` }))
    expect(column.text).toMatch(/query line 2, column 3: .* column "nmae" does not exist \| Perhaps you meant/)
    const table = await sayFailure(read({ ...base, query: 'select 1 as id from peeple' }))
    expect(table.text).toMatch(/column 21: .*relation "peeple" does not exist/)
  })

  test.each([
    ['$1', []],
    ['1', ['7']],
  ])('refuses %s with the parameters %j', async (expression, parameters) => {
    const failure = await sayFailure(
      read({ ...base, query: `select id from people where id = ${expression}`, parameters }),
    )
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-parameters' })
  })

  test('never quotes a value of a row or a parameter', async () => {
    await server.sql(`create table if not exists odd as select 'Jane Doe'::text as name`)
    const cast = await sayFailure(read({ ...base, query: 'select name::int as id from odd' }))
    expect(cast).toMatchObject({ kind: 'ConfigError', code: 'sql-value' })
    expect(cast.text).not.toContain('Jane')
    const bound = await sayFailure(
      read({ ...base, query: 'select id from people where id = $1', parameters: ['Jane'] }),
    )
    expect(bound).toMatchObject({ kind: 'ConfigError', code: 'sql-value' })
    expect(bound.text).not.toContain('Jane')
    await server.sql(
      `create or replace function tell() returns int language plpgsql as $$ begin raise 'Jane is gone'; end $$`,
    )
    const raised = await sayFailure(read({ ...base, query: 'select tell() as id' }))
    expect(raised.kind).toBe('OperatorError')
    expect(raised.text).not.toContain('Jane')
  })

  it.each([
    ['select 1 as a, 2 as b', '2 columns'],
    ['select 1 as a where false', 'no row'],
    ['select id from people', 'several rows'],
    [`select 'many' as n`, 'text of 4 characters'],
    ['select null::int as n', 'null'],
    ['select -1 as n', 'a whole number'],
  ])('refuses %s as a count', async (count, what) => {
    const failure = await sayFailure(read({ ...base, query: 'select id from people', count }))
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-count' })
    expect(failure.text).toContain(what)
  })
})
