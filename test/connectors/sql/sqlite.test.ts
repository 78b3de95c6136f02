import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { openDatabase } from '../../../core/state/sqlite.ts'
import { runCheck } from '../../support/read-all.ts'
import { makeSqliteFile, type SqliteFile } from './sqlite-file.ts'
import {
  abortAfterFirstBatch,
  abortWhileWaiting,
  type Options,
  read,
  readInChild,
  readOne,
  sayFailure,
} from './support.ts'

describe('sql with SQLite', () => {
  let file: SqliteFile
  let base: Options

  beforeAll(async () => {
    file = await makeSqliteFile(1000)
    base = { kind: 'sqlite', path: file.path }
  })
  afterAll(async () => file.remove())

  test('gives every value as the file has it, without loss', async () => {
    const query = `select 7 as whole, 9007199254740993 as big, -9007199254740993 as low, 1.5 as real, 9e999 as ever, null as none,
      'ä😀' as letters, x'dead00ff' as bytes, '0123' as id, date('2019-01-02') as day, true as yes, cast('9.10' as text) as text`
    expect(await readOne({ ...base, query })).toEqual({
      whole: 7,
      big: '9007199254740993',
      low: '-9007199254740993',
      real: 1.5,
      ever: 'Infinity',
      none: null,
      letters: 'ä😀',
      bytes: 'dead00ff',
      id: '0123',
      day: '2019-01-02',
      yes: 1,
      text: '9.10',
    })
  })

  test('gives rows in batches, counts them, proves it, and leaves the file as it was', async () => {
    const before = await file.digest()
    const sizes: number[] = []
    const { columns, proof, rows, progress } = await read(
      { ...base, query: 'select id, name from people order by id', count: 'select count(*) from people', key: ['id'] },
      { onBatch: (batch) => void sizes.push(batch.length) },
    )
    expect(columns).toEqual(['id', 'name'])
    expect(sizes).toEqual([500, 500])
    expect(rows[999]).toMatchObject({ at: 'query id=E-01000', fields: { id: 'E-01000', name: 'Person 1000' } })
    expect(progress.at(-1)).toEqual({ done: 1000, total: 1000, unit: 'rows' })
    expect(proof).toMatchObject({ complete: true, rows: 1000 })
    expect(proof?.evidence).toMatch(
      /^SQLite 3\.[\d.]+ gave the last row, in one read-only transaction, and the count query agrees$/,
    )
    expect(await file.digest()).toBe(before)
    expect(await readdir(file.folder)).toEqual(['people.db'])
  })

  test('is incomplete when the count query says another number, and proves an empty set', async () => {
    const short = await read({ ...base, query: 'select id from people', count: 'select 999' })
    expect(short.proof).toMatchObject({ complete: false, rows: 1000 })
    const none = await read({ ...base, query: 'select id from people where 0' })
    expect(none.columns).toEqual(['id'])
    expect(none.proof).toMatchObject({ complete: true, rows: 0 })
  })

  test('binds parameters outside the text of the query', async () => {
    const query = `select ? as text, '?' as mark, id /* ? */ from people where id = ? -- ?`
    const parameters = [`'; drop table people`, 'E-00007']
    expect(await readOne({ ...base, query, parameters })).toEqual({ text: parameters[0], mark: '?', id: 'E-00007' })
    const numbered = { ...base, query: 'select ?2 as b, ?1 as a', parameters: ['1', '2'] }
    expect(await readOne(numbered)).toEqual({ a: '1', b: '2' })
  })

  test.each([
    ['select ? as a', [], 'sql-parameters'],
    ['select ? as a', ['1', '2'], 'sql-parameters'],
    ['select 1 as a', ['1'], 'sql-parameters'],
    ['select :a as a', ['1'], 'sql-parameters'],
    ['select 1 as a; select 2 as a', [], 'sql-several'],
    ['select 1 as a; delete from people', [], 'sql-several'],
    ['delete from people returning id', [], 'sql-writes'],
    ['delete from people', [], 'sql-no-rows'],
    ['create table more (id)', [], 'sql-no-rows'],
    ['pragma user_version = 7', [], 'sql-no-rows'],
    [`vacuum into 'copy.db'`, [], 'sql-no-rows'],
    [`attach 'other.db' as other`, [], 'sql-no-rows'],
    ['commit', [], 'sql-no-rows'],
    ['-- nothing', [], 'sql-no-rows'],
    ['select id, name as id from people', [], 'sql-columns'],
    ['select id from peeple', [], 'sql-refused'],
  ])('refuses the query %j with the parameters %j', async (query, parameters, code) => {
    const before = await file.digest()
    expect(await sayFailure(read({ ...base, query, parameters }))).toMatchObject({ kind: 'ConfigError', code })
    expect(await file.digest()).toBe(before)
  })

  test('takes one statement with a semicolon and a comment behind it', async () => {
    expect(await readOne({ ...base, query: `;; select ';' as "a;b" ; -- and that is all;\n` })).toEqual({ 'a;b': ';' })
  })

  test('says in which line and column the query is wrong', async () => {
    const failure = await sayFailure(read({ ...base, query: 'select id\nfrom people\nwere nobody = 1' }))
    expect(failure.text).toContain('query line 3, column 6: ')
    expect(failure.text).toContain('near "nobody": syntax error')
  })

  test('reads the query from a file, named in places and messages', async () => {
    const queryFile = join(file.folder, 'people.sql')
    await writeFile(queryFile, 'select id\nfrom people\nlimit 1;\n')
    expect((await read({ kind: 'sqlite', path: file.path, queryFile })).rows[0]?.at).toBe('people.sql row 1')
    await writeFile(queryFile, 'select id\nfrom people\nlimmit 1;\n')
    const failure = await sayFailure(read({ kind: 'sqlite', path: file.path, queryFile }))
    expect(failure.text).toMatch(/^people\.sql line 3, column 8: /)
    await writeFile(queryFile, Buffer.from([0x73, 0xe4]))
    expect((await sayFailure(read({ kind: 'sqlite', path: file.path, queryFile }))).text).toContain('not UTF-8')
    await writeFile(queryFile, ' \n')
    expect((await sayFailure(read({ kind: 'sqlite', path: file.path, queryFile }))).code).toBe('sql-query')
    const missing = { kind: 'sqlite', path: file.path, queryFile: join(file.folder, 'none.sql') }
    expect(await sayFailure(read(missing))).toMatchObject({ kind: 'ConfigError', code: 'sql-query' })
  })

  test('names a file that is missing, a folder, or no database, and makes none', async () => {
    const query = 'select 1 as id'
    const at = (name: string): Options => ({ kind: 'sqlite', path: join(file.folder, name), query })
    expect(await sayFailure(read(at('none.db')))).toMatchObject({ kind: 'OperatorError', code: 'file-missing' })
    await mkdir(join(file.folder, 'folder'))
    expect(await sayFailure(read(at('folder')))).toMatchObject({ kind: 'OperatorError', code: 'file-is-folder' })
    await writeFile(join(file.folder, 'text.db'), 'a letter to somebody, and no database at all\n'.repeat(100))
    expect(await sayFailure(read(at('text.db')))).toMatchObject({ kind: 'OperatorError', code: 'sql-no-database' })
    expect(await readdir(file.folder)).not.toContain('none.db')
  })

  test('says that another program holds the lock, and waits for it as long as connectTimeout', async () => {
    const locked = await makeSqliteFile(10)
    const holder = openDatabase(locked.path)
    try {
      holder.exec('begin exclusive')
      const options = { kind: 'sqlite', path: locked.path, query: 'select id from people', connectTimeout: '1s' }
      const started = Date.now()
      expect(await sayFailure(read(options))).toMatchObject({ kind: 'RetryLaterError', code: 'sql-locked' })
      expect(Date.now() - started).toBeGreaterThan(900)
      const patient = read({ ...options, connectTimeout: '10s' })
      await new Promise((resolve) => setTimeout(resolve, 300))
      holder.exec('rollback')
      expect((await patient).rows).toHaveLength(10)
    } finally {
      holder.close()
      await locked.remove()
    }
  })

  test('reads one snapshot of a file in WAL mode while another program writes', async () => {
    const busy = await makeSqliteFile(2000)
    const writer = openDatabase(busy.path)
    try {
      writer.exec('pragma journal_mode = wal')
      let written = false
      const options = {
        kind: 'sqlite',
        path: busy.path,
        query: 'select id from people',
        count: 'select count(*) from people',
        fetchSize: 100,
      }
      const { proof } = await read(options, {
        onBatch() {
          if (!written) writer.exec(`delete from people where id > 'E-00010'`)
          written = true
        },
      })
      expect(proof).toMatchObject({ complete: true, rows: 2000 })
      expect((await read(options)).rows).toHaveLength(10)
    } finally {
      writer.close()
      await busy.remove()
    }
  })

  test.each(['cut', 'overwritten'])('fails on a file that is %s in its second half', async (how) => {
    const broken = await makeSqliteFile(5000)
    try {
      const bytes = await readFile(broken.path)
      const half = Math.floor(bytes.length / 2 / 4096) * 4096
      if (how === 'cut') await truncate(broken.path, half)
      else
        await writeFile(broken.path, Buffer.concat([bytes.subarray(0, half), Buffer.alloc(bytes.length - half, 0x5a)]))
      const seen: number[] = []
      const options = { kind: 'sqlite', path: broken.path, query: 'select id, name, note from people' }
      const failure = await sayFailure(read(options, { onBatch: (rows) => void seen.push(rows.length) }))
      expect(failure).toMatchObject({ kind: 'OperatorError', code: 'sql-damaged' })
      expect(failure.text).toContain(broken.path)
    } finally {
      await broken.remove()
    }
  })

  test('ends within a second of an abort, between rows and in the middle of a long computation', async () => {
    const endless = `with recursive n(i) as (select 1 union all select i + 1 from n) select`
    const between = await abortAfterFirstBatch({ ...base, query: `${endless} i from n` })
    expect(between.error).toMatchObject({ message: 'that is enough' })
    expect(between.ms).toBeLessThan(1000)
    const computing = await abortWhileWaiting({ ...base, query: `${endless} count(*) as n from n` }, 500)
    expect(computing.error).toMatchObject({ message: 'that is enough' })
    expect(computing.ms).toBeLessThan(1000)
  })

  test('lets the rest of the program go on while it computes', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    const query = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select count(*) as n from n`
    try {
      expect(await readOne({ ...base, query })).toEqual({ n: 3_000_000 })
    } finally {
      clearInterval(timer)
    }
    expect(ticks).toBeGreaterThan(5)
  })

  test('checks that the query runs, and says what answers', async () => {
    const options = { ...base, query: 'select id, name from people', count: 'select count(*) from people' }
    expect(await runCheck(sqlConnector, options)).toMatch(
      /^SQLite 3\.[\d.]+ answers, reads in one read-only transaction, and query has 2 columns; the count query says 1000$/,
    )
    expect(await sayFailure(runCheck(sqlConnector, { ...options, key: ['nope'] }))).toMatchObject({
      code: 'sql-columns',
    })
  })

  test('reads half a million rows in little memory', async () => {
    const query = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 500000) select i as id, 'Person ' || i as name from n`
    const { count, early, largest } = await readInChild({ ...base, query }, { flags: ['--max-old-space-size=64'] })
    expect(count).toBe(500_000)
    expect((largest - early) / 2 ** 20).toBeLessThan(60)
  })
})
