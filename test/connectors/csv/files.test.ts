import { execFileSync } from 'node:child_process'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { age, failureOf, tempFolder } from './fixture.ts'

/** Files by name; each holds one row, which is its name unless a text is given. */
async function folderOf(files: Readonly<Record<string, string | undefined>> | readonly string[]): Promise<string> {
  const folder = await tempFolder()
  const entries = Array.isArray(files) ? files.map((name: string) => [name, undefined] as const) : Object.entries(files)
  for (const [name, text] of entries) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text ?? `id\n${name}\n`)
  }
  return folder
}

async function read(folder: string, options: Record<string, unknown>, how: ReadHow = {}): Promise<ReadAll> {
  return readAll(csvConnector, options, { baseDir: folder, ...how })
}

async function ids(folder: string, options: Record<string, unknown>): Promise<unknown[]> {
  return (await read(folder, options)).rows.map((row) => row.fields['id'])
}

describe('a path that is a pattern', () => {
  test('reads the one file that matches', async () => {
    const folder = await folderOf(['people-1.csv', 'other.csv', 'people-1.txt'])
    for (const path of ['people-*.csv', 'p?ople-[0-9].csv', '*[!r].csv', 'people-[a-z1].csv']) {
      expect(await ids(folder, { path })).toEqual(['people-1.csv'])
    }
  })

  test('that matches several needs pick, and says how many there are', async () => {
    const folder = await folderOf(['a.csv', 'b.csv', 'c.csv'])
    const error = await failureOf(read(folder, { path: '*.csv' }))
    expect(error).toMatchObject({ code: 'several-files', exitCode: 12 })
    expect(error.message).toMatch(/^3 files match .*\*\.csv/)
    expect(error.hint).toContain('pick: newest')
  })

  test('that matches nothing fails the read', async () => {
    const folder = await folderOf(['a.txt'])
    for (const path of ['*.csv', 'none/*.csv', 'a.txt/*.csv']) {
      expect(await failureOf(read(folder, { path, pick: 'all' }))).toMatchObject({ code: 'no-file', exitCode: 12 })
    }
  })

  test('never matches temporary and hidden files', async () => {
    const folder = await folderOf([
      'a.csv',
      '.b.csv',
      '~$c.csv',
      'd.csv~',
      'e.csv.tmp',
      'f.csv.part',
      'g.csv.partial',
      'h.csv.filepart',
      'i.csv.crdownload',
      '.j.csv.swp',
      'k.TMP',
      '.hidden/l.csv',
    ])
    expect(await ids(folder, { path: '*', pick: 'all' })).toEqual(['a.csv'])
    expect(await ids(folder, { path: '**', pick: 'all' })).toEqual(['a.csv'])
  })

  test('finds any depth with **, and names files by where they lie', async () => {
    const folder = await folderOf(['x/a.csv', 'x/y/z/b.csv', 'c.csv', 'x/y/c.txt'])
    const { rows } = await read(folder, { path: '**/*.csv', pick: 'all' })
    expect(rows.map((row) => row.at)).toEqual(['c.csv:2', 'x/a.csv:2', 'x/y/z/b.csv:2'])
    expect(await ids(folder, { path: 'x/**/b.csv' })).toEqual(['x/y/z/b.csv'])
  })

  test('is not followed into links that lead back', async () => {
    const folder = await folderOf(['x/a.csv'])
    await symlink(folder, join(folder, 'x', 'up'))
    expect(await ids(folder, { path: '**/*.csv', pick: 'all' })).toEqual(['x/a.csv'])
  })

  test('is a name when a file of that very name exists', async () => {
    const folder = await folderOf(['people[1].csv', 'people1.csv', 'a*.csv', 'ab.csv'])
    expect(await ids(folder, { path: 'people[1].csv' })).toEqual(['people[1].csv'])
    expect(await ids(folder, { path: 'a*.csv' })).toEqual(['a*.csv'])
  })

  test('treats all other signs as letters', async () => {
    const folder = await folderOf(['a+(b){c}^$.x.csv', 'aa(b){c}^$.x.csv', ']-1.csv'])
    expect(await ids(folder, { path: 'a+(b){c}^$.?.csv' })).toEqual(['a+(b){c}^$.x.csv'])
    expect(await ids(folder, { path: '[]]-*.csv' })).toEqual([']-1.csv'])
    expect(await failureOf(read(folder, { path: '[z-a]*.csv' }))).toMatchObject({ code: 'no-file' })
  })
})

describe('pick: newest', () => {
  test('takes the file of the latest time, and of equals the later name', async () => {
    const folder = await folderOf(['a.csv', 'b.csv', 'c.csv', 'd.csv'])
    for (const [name, seconds] of [
      ['a.csv', 50],
      ['b.csv', 10],
      ['c.csv', 10],
      ['d.csv', 99],
    ] as const) {
      await age(join(folder, name), seconds, 1_790_000_000_000)
    }
    const result = await read(folder, { path: '*.csv', pick: 'newest' })
    expect(result.rows[0]?.fields['id']).toBe('c.csv')
    expect(result.proof?.files?.map((file) => file.name)).toEqual(['c.csv'])
    expect(result.logs).toContainEqual({
      level: 'info',
      message: 'picked the newest of several files',
      facts: { file: 'c.csv', matching: 4 },
    })
  })

  test.each([
    ['yyyyMMdd', ['p-20261123.csv', 'p-20261201.csv', 'p-20260101-v2.csv', 'p-latest.csv'], 'p-20261201.csv'],
    ['dd.MM.yyyy', ['31.01.2026 people.csv', '01.02.2026 people.csv'], '01.02.2026 people.csv'],
    [
      "'until_'yyyyMMdd",
      ['from_20269999_until_20261123.csv', 'from_20270101_until_20261122.csv'],
      'from_20269999_until_20261123.csv',
    ],
    ['yyyyMMddHHmm', ['p202611230930.csv', 'p202611230931.csv'], 'p202611230931.csv'],
    ["kkkk-'W'WW", ['p-2026-W52.csv', 'p-2027-W01.csv'], 'p-2027-W01.csv'],
  ])('goes by the date in the name when nameDate is %s', async (nameDate, names, newest) => {
    const folder = await folderOf(names)
    await age(join(folder, newest), 9999)
    expect(await ids(folder, { path: '*.csv', pick: 'newest', nameDate })).toEqual([newest])
  })

  test.each([
    ['no date', ['a.csv', 'p-20261123093000.csv'], 'none of the 2 files that match'],
    ['a date that does not exist', ['p-20261301.csv', 'b.csv'], 'none of the 2 files that match'],
    ['several dates', ['p-20261123-20261124.csv', 'b.csv'], 'holds more than one date'],
    [
      'the same date',
      ['a-20261123.csv', 'b-20261123.csv'],
      '2 files carry the newest date: a-20261123.csv, b-20261123.csv',
    ],
  ])('fails when the names have %s', async (_, names, message) => {
    const error = await failureOf(read(await folderOf(names), { path: '*.csv', pick: 'newest', nameDate: 'yyyyMMdd' }))
    expect(error).toMatchObject({ code: 'name-date', exitCode: 12 })
    expect(error.message).toContain(message)
  })

  test('refuses a nameDate that names no date', async () => {
    const error = await failureOf(read(await folderOf(['a.csv']), { path: '*.csv', nameDate: 'HHmm' }))
    expect(error).toMatchObject({ code: 'name-date', exitCode: 78 })
  })
})

describe('pick: all', () => {
  test('reads the files in the order of their names, as old as the oldest, with a proof of each', async () => {
    const folder = await folderOf({ 'b.csv': 'id,n\n3,c\n', 'a.csv': 'n,id\na,1\nb,2\n', 'c.csv': 'id,n\n' })
    await age(join(folder, 'b.csv'), 500, 1_790_000_000_000)
    const { rows, proof, columns } = await read(folder, { path: '*.csv', pick: 'all' })
    expect(columns).toEqual(['n', 'id'])
    expect(rows.map((row) => [row.at, row.fields['id'], row.fields['n']])).toEqual([
      ['a.csv:2', '1', 'a'],
      ['a.csv:3', '2', 'b'],
      ['b.csv:2', '3', 'c'],
    ])
    expect(proof).toMatchObject({ complete: true, rows: 3, asOf: new Date(1_790_000_000_000 - 500_000) })
    expect(proof?.files?.map((file) => [file.name, file.size])).toEqual([
      ['a.csv', 13],
      ['b.csv', 9],
      ['c.csv', 5],
    ])
  })

  test('is incomplete when one file has other columns', async () => {
    const folder = await folderOf({ 'a.csv': 'id,n\n1,a\n', 'b.csv': 'id,mail\n2,b\n' })
    const { proof } = await read(folder, { path: '*.csv', pick: 'all' })
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain('b.csv has other columns than the first file: it lacks n and has mail besides')
  })

  test('is incomplete when a file comes while the others are read', async () => {
    const folder = await folderOf({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n' })
    const { proof } = await read(
      folder,
      { path: '*.csv', pick: 'all' },
      { onBatch: () => writeFile(join(folder, 'c.csv'), 'id\n3\n') },
    )
    expect(proof).toMatchObject({ complete: false, rows: 2 })
    expect(proof?.evidence).toContain('the files that match changed while they were read: 2 before, 3 after')
  })

  test('is incomplete when one of the files is', async () => {
    const folder = await folderOf({ 'a.csv': 'id,n\n1,"a\n', 'b.csv': 'id,n\n2,b\n' })
    const { proof } = await read(folder, { path: '*.csv', pick: 'all' })
    expect(proof).toMatchObject({ complete: false, rows: 1 })
    expect(proof?.evidence).toContain('a.csv ends within a quoted cell')
  })
})

describe('a file that cannot be read', () => {
  test('because it is missing is named with its path', async () => {
    const folder = await tempFolder()
    const error = await failureOf(read(folder, { path: 'exports/people.csv' }))
    expect(error).toMatchObject({ code: 'file-missing', exitCode: 12, name: 'OperatorError' })
    expect(error.message).toBe(`${join(folder, 'exports/people.csv')} does not exist`)
    expect(error.hint).toContain('Whoever delivers the export')
  })

  test('because it is a folder or a pipe is refused at once', async () => {
    const folder = await folderOf(['a/b.csv'])
    expect(await failureOf(read(folder, { path: 'a' }))).toMatchObject({ code: 'file-is-folder', exitCode: 12 })
    execFileSync('mkfifo', [join(folder, 'pipe.csv')])
    expect(await failureOf(read(folder, { path: 'pipe.csv', settle: '0s' }))).toMatchObject({ code: 'file-is-special' })
    expect(await failureOf(runCheck(csvConnector, { path: 'pipe.csv' }, { baseDir: folder }))).toMatchObject({
      code: 'file-is-special',
    })
  })

  test('because a link leads nowhere is missing, not skipped', async () => {
    const folder = await folderOf(['a.csv'])
    await symlink(join(folder, 'gone.csv'), join(folder, 'b.csv'))
    expect(await failureOf(read(folder, { path: '*.csv', pick: 'all' }))).toMatchObject({ code: 'file-missing' })
  })

  // The superuser may read everything, so the system refuses nothing to it.
  test.skipIf(process.getuid?.() === 0)(
    'because of its rights is named with who must act, and so is its folder',
    async () => {
      const folder = await folderOf(['a.csv', 'closed/b.csv'])
      await chmod(join(folder, 'a.csv'), 0)
      const error = await failureOf(read(folder, { path: 'a.csv' }))
      expect(error).toMatchObject({ code: 'file-forbidden', exitCode: 12 })
      expect(error.hint).toContain('Whoever owns it must let this process read it')
      await chmod(join(folder, 'closed'), 0)
      const listing = await failureOf(read(folder, { path: 'closed/*.csv' }))
      await chmod(join(folder, 'closed'), 0o700)
      expect(listing).toMatchObject({ code: 'file-forbidden' })
    },
  )
})

describe('check', () => {
  test('says what it saw', async () => {
    const folder = await folderOf({ 'people.csv': `id;name\n${'1;a\n'.repeat(50_000)}` })
    await age(join(folder, 'people.csv'), 0, Date.UTC(2026, 10, 23, 9, 30))
    const sentence = await runCheck(csvConnector, { path: 'people.csv' }, { baseDir: folder })
    expect(sentence).toBe('people.csv has 2 columns, 200008 bytes, and is of 2026-11-23T09:30:00Z')
  })

  test('fails like a read does', async () => {
    const folder = await folderOf({ 'dup.csv': 'id,id\n', 'open.csv': '"id\n1\n' })
    expect(await failureOf(runCheck(csvConnector, { path: 'dup.csv' }, { baseDir: folder }))).toMatchObject({
      code: 'bad-header',
    })
    expect(await failureOf(runCheck(csvConnector, { path: 'open.csv' }, { baseDir: folder }))).toMatchObject({
      code: 'file-incomplete',
    })
    expect(await failureOf(runCheck(csvConnector, { path: 'no.csv' }, { baseDir: folder }))).toMatchObject({
      code: 'file-missing',
    })
  })
})
