import { afterEach, describe, expect, test } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { Secret } from '../../../core/secret.ts'
import { createAuthority } from '../../support/loopback.ts'
import { runCheck } from '../../support/read-all.ts'
import { abortAfterFirstBatch, eventually, type Options, read, readOne, sayFailure } from './support.ts'
import { startTdsServer, type TdsResult, type TdsScript, type TdsServer } from './tds-server.ts'
import { column } from './tds-tokens.ts'

const PEOPLE = [column.int('id'), column.text('name')]

function* people(count: number): Generator<readonly unknown[], void, void> {
  for (let id = 1; id <= count; id++) yield [id, `Person ${id}`]
}

/** There is no SQL Server to test with, so what its driver and ours make of the protocol is tried against a scripted one. */
describe('sql with SQL Server', () => {
  const open: TdsServer[] = []
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close()
  })

  async function serve(
    results: readonly Partial<TdsResult>[] | TdsScript['answer'],
    script: Partial<TdsScript> = {},
  ): Promise<{ server: TdsServer; options: Options }> {
    const answer =
      typeof results === 'function'
        ? results
        : () => results.map((result) => ({ columns: PEOPLE, rows: people(300), ...result }))
    const server = await startTdsServer({ answer, ...script })
    open.push(server)
    const address = {
      host: '127.0.0.1',
      port: server.port,
      database: 'hr',
      user: 'reader',
      password: new Secret('hush-hush'),
    }
    return { server, options: { kind: 'mssql', ...address, tls: 'off', query: 'select id, name from people' } }
  }

  test('reads in one snapshot, and rolls back at the end', async () => {
    const { server, options } = await serve([{}])
    const { rows, columns, proof } = await read({ ...options, fetchSize: 100 })
    expect(columns).toEqual(['id', 'name'])
    expect(rows).toHaveLength(300)
    expect(rows[299]).toMatchObject({ at: 'query row 300', fields: { id: 300, name: 'Person 300' } })
    expect(proof).toMatchObject({
      complete: true,
      rows: 300,
      evidence: 'SQL Server 16.0.1 gave the last row, in one snapshot',
    })
    expect(server.seen).toEqual(['login', 'login', 'rpc', 'begin 5', 'rpc', 'rollback'])
  })

  test('warns where the database allows no snapshots, and says so in the evidence', async () => {
    const { options, server } = await serve([{}], { snapshots: false })
    const { proof, logs } = await read(options)
    expect(proof?.evidence).toContain('among the writes of others')
    expect(logs.find(({ level }) => level === 'warn')?.message).toContain('may be missed or come twice')
    expect(server.seen).toContain('begin 2')
  })

  test('gives every value as the database says it, whatever the zone of this machine', async () => {
    const columns = [
      column.int('id', 8),
      column.bit('yes'),
      column.decimal('salary', 18, 2),
      column.decimal('owed', 5, 1),
      column.real('share'),
      column.date('hired'),
      column.datetime2('seen'),
      column.datetimeoffset('made'),
      column.bytes('raw'),
      column.text('letters'),
      column.text('none'),
    ]
    const midnight = 30 * 60 * 10_000_000
    const rows = [
      [
        9_007_199_254_740_993n,
        true,
        123_456n,
        -15n,
        0.1,
        737_060,
        [midnight + 1_234_567, 737_060],
        [midnight, 737_060, 60],
        Buffer.from('dead', 'hex'),
        'ä😀',
        null,
      ],
    ]
    const { options } = await serve([{ columns, rows }])
    expect(await readOne(options)).toEqual({
      id: '9007199254740993',
      yes: true,
      salary: '1234.56',
      owed: '-1.5',
      share: 0.1,
      hired: '2019-01-02',
      seen: '2019-01-02 00:30:00.1234567',
      made: '2019-01-02T00:30:00.0000000Z',
      raw: 'dead',
      letters: 'ä😀',
      none: null,
    })
  })

  test('refuses a decimal that the driver would round', async () => {
    const { options } = await serve([{ columns: [column.decimal('badge', 38, 0)], rows: [[12_345_678_901_234_567n]] }])
    const failure = await sayFailure(read(options))
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-digits' })
    expect(failure.text).toContain('column "badge"')
    expect(failure.text).not.toContain('12345')
  })

  test('sends parameters beside the text of the query', async () => {
    let sent = ''
    const { options, server } = await serve((query) => {
      sent = query
      return [{ columns: PEOPLE, rows: people(1) }]
    })
    const query = 'select id, name from people where id = @p1 and name = @p2'
    expect(await readOne({ ...options, query, parameters: ['7', `'; drop table people`] })).toMatchObject({ id: 1 })
    expect(server.seen).toContain('rpc')
    expect(sent).toContain(query)
    expect(sent).toContain('@p2 nvarchar')
    const stray = await sayFailure(read({ ...options, query, parameters: ['1', '2', '3'] }))
    expect(stray).toMatchObject({ kind: 'ConfigError', code: 'sql-parameters' })
  })

  test('agrees with the count query, or is incomplete', async () => {
    const { options } = await serve((query) =>
      query.includes('count(*)')
        ? [{ columns: [column.int('n')], rows: [[300]] }]
        : [{ columns: PEOPLE, rows: people(query.includes('where') ? 299 : 300) }],
    )
    const count = 'select count(*) as n from people'
    expect((await read({ ...options, count })).proof).toMatchObject({ complete: true, rows: 300 })
    const short = { ...options, count, query: 'select id, name from people where id > 1' }
    expect((await read(short)).proof).toMatchObject({ complete: false, rows: 299 })
    expect(await runCheck(sqlConnector, { ...options, count })).toBe(
      'SQL Server 16.0.1 answers, reads in one snapshot, and query has 2 columns; the count query says 300',
    )
  })

  test.each<[string, Partial<TdsResult>[], string, string]>([
    ['a second result', [{}, {}], 'ConfigError', 'sql-several'],
    [
      'columns of one name',
      [{ columns: [column.int('id'), column.int('id')], rows: [[1, 2]] }],
      'ConfigError',
      'sql-columns',
    ],
    ['a column without a name', [{ columns: [column.int('')], rows: [[1]] }], 'ConfigError', 'sql-columns'],
    [
      'FOR JSON',
      [{ columns: [column.text('JSON_F52E2B61-18A1-11d1-B105-00805F49916B')], rows: [['[]']] }],
      'ConfigError',
      'sql-columns',
    ],
    ['an end that counts other rows', [{ count: 301 }], 'OperatorError', 'sql-cut'],
    ['a cut in the middle', [{ rows: people(2000), hangUp: true }], 'RetryLaterError', 'connection-lost'],
    [
      'an error in the middle',
      [{ rows: people(2000), error: { number: 1205, message: 'deadlock' } }],
      'RetryLaterError',
      'sql-locked',
    ],
    [
      'an unknown error in the middle',
      [{ error: { number: 99_999, message: `Jane 'Doe' is gone` } }],
      'OperatorError',
      'sql-failed',
    ],
  ])('fails on %s', async (_, results, kind, code) => {
    const { options } = await serve(results)
    expect(await sayFailure(read({ ...options, fetchSize: 100 }))).toMatchObject({ kind, code })
  })

  test.each([
    [
      { number: 208, message: `Invalid object name 'peeple'.`, line: 3 },
      'ConfigError',
      'sql-refused',
      /^query line 3: 127\.0\.0\.1:\d+ refuses it \(208\): Invalid object name 'peeple'/,
    ],
    [
      { number: 229, message: `The SELECT permission was denied on the object 'people'`, line: 1 },
      'OperatorError',
      'sql-forbidden',
      /permission was denied/,
    ],
    [
      {
        number: 245,
        message: `Conversion failed when converting the nvarchar value 'Jane' to data type int.`,
        line: 1,
      },
      'ConfigError',
      'sql-value',
      /value '…' to data type int/,
    ],
    [
      { number: 1222, message: 'Lock request time out period exceeded.', line: 1 },
      'RetryLaterError',
      'sql-locked',
      /lock/,
    ],
  ])('explains the error %j', async (error, kind, code, text) => {
    const { options } = await serve(() => error)
    const failure = await sayFailure(read(options))
    expect(failure).toMatchObject({ kind, code })
    expect(failure.text).toMatch(text)
  })

  test('says that a login was refused, never with the password', async () => {
    const { options } = await serve([{}], { login: { number: 18_456, message: `Login failed for user 'reader'.` } })
    const failure = await sayFailure(read(options))
    expect(failure).toMatchObject({ kind: 'OperatorError', code: 'sql-login' })
    expect(failure.text).not.toContain('hush')
  })

  test('refuses several statements before anything is sent, and one that gives no rows', async () => {
    const { options, server } = await serve([])
    const several = { ...options, query: `select ';' as id; delete from people` }
    expect(await sayFailure(read(several))).toMatchObject({ kind: 'ConfigError', code: 'sql-several' })
    expect(server.seen.filter((each) => each === 'rpc')).toHaveLength(1)
    const silent = await serve([{ columns: [], rows: [], silent: true }])
    expect(await sayFailure(read(silent.options))).toMatchObject({ kind: 'ConfigError', code: 'sql-no-rows' })
  })

  test('takes rows from the network only as fast as they are read', async () => {
    const total = 40_000
    const columns = [column.text('letters')]
    const rows = Array.from({ length: total }, () => ['x'.repeat(500)])
    const { options, server } = await serve([{ columns, rows }])
    let sentAtFirst = 0
    const { proof } = await read(options, {
      async onBatch() {
        if (sentAtFirst > 0) return
        await new Promise((resolve) => setTimeout(resolve, 500))
        sentAtFirst = server.sent()
      },
    })
    expect(proof).toMatchObject({ complete: true, rows: total })
    // What is beyond a batch lies in the buffers of the network, which hold some megabytes of the 40.
    expect(sentAtFirst).toBeLessThan(total / 2)
  })

  test('ends within a second of an abort, and cancels the statement on the server', async () => {
    const { options, server } = await serve([{ rows: people(1), endless: true }])
    const end = new AbortController()
    const reading = read(options, { signal: end.signal }).then(undefined, (error: unknown) => error)
    await eventually(async () => server.seen.filter((each) => each === 'rpc').length === 2)
    const aborted = Date.now()
    end.abort(new Error('that is enough'))
    expect(await reading).toMatchObject({ message: 'that is enough' })
    expect(Date.now() - aborted).toBeLessThan(1000)
    await eventually(async () => server.seen.includes('attention'))
    const { options: long } = await serve([{ rows: people(5_000_000) }])
    const between = await abortAfterFirstBatch(long)
    expect(between.error).toMatchObject({ message: 'that is enough' })
    expect(between.ms).toBeLessThan(1000)
  })

  test('never sends a password to a server without TLS', async () => {
    const { options, server } = await serve([{}])
    const { tls: _tls, ...safe } = options
    for (const more of [{ host: 'localhost' }, { tls: 'require' }]) {
      expect(await sayFailure(read({ ...safe, ...more }))).toMatchObject({ kind: 'ConfigError', code: 'tls-missing' })
    }
    expect(server.seen).toEqual([])
  })

  test('checks the certificate of the server', async () => {
    const authority = await createAuthority()
    try {
      const { options, server } = await serve([{}], { authority })
      const { tls: _tls, ...safe } = options
      const trusted = { ...safe, host: 'localhost', ca: authority.caFile }
      expect((await read(trusted)).proof).toMatchObject({ complete: true, rows: 300 })
      server.seen.length = 0
      const unknown = { ...safe, host: 'localhost' }
      expect(await sayFailure(read(unknown))).toMatchObject({ kind: 'ConfigError', code: 'tls-failed' })
      const address = { ...trusted, host: '127.0.0.1' }
      expect(await sayFailure(read(address))).toMatchObject({ kind: 'ConfigError', code: 'sql-options' })
      expect(await sayFailure(read(options))).toMatchObject({ kind: 'ConfigError', code: 'sql-login' })
      expect(server.seen).toEqual([])
      expect((await read({ ...safe, tls: 'require' })).rows).toHaveLength(300)
    } finally {
      await authority.remove()
    }
  })
})
