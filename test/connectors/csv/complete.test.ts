import { createHash } from 'node:crypto'
import { appendFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { type ReadAll, type ReadHow, readAll } from '../../support/read-all.ts'
import { createAutoClock, createFakeClock } from '../../support/fake-clock.ts'
import { age, failureOf, readCsvText, tempFolder } from './fixture.ts'

const NOW = Date.UTC(2026, 10, 23, 9, 30)

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

async function read(folder: string, options: Record<string, unknown>, how: ReadHow = {}): Promise<ReadAll> {
  return readAll(csvConnector, { path: 'people.csv', ...options }, { baseDir: folder, ...how })
}

describe('settling', () => {
  test('waits until a young file is as old as settle, and not a moment for an old one', async () => {
    const folder = await write({ 'people.csv': 'id\n1\n' })
    await age(join(folder, 'people.csv'), 0.5, NOW)
    const clock = createAutoClock(NOW)
    expect((await read(folder, {}, { clock })).proof?.complete).toBe(true)
    expect(clock.slept).toEqual([1500])
    await age(join(folder, 'people.csv'), 61, NOW)
    const later = createFakeClock(NOW)
    expect((await read(folder, { settle: '1m' }, { clock: later })).proof?.complete).toBe(true)
    expect(later.slept).toEqual([])
  })

  test('starts again when the file changes meanwhile', async () => {
    const folder = await write({ 'people.csv': 'id\n1\n' })
    const path = join(folder, 'people.csv')
    await age(path, 1, NOW)
    const clock = createFakeClock(NOW)
    const reading = read(folder, {}, { clock })
    await expect.poll(() => clock.slept).toEqual([1000])
    await appendFile(path, '2\n')
    await age(path, -0.8, NOW)
    await clock.advance(1000)
    await expect.poll(() => clock.slept).toEqual([1000, 1800])
    await clock.advance(1800)
    expect((await reading).proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('gives up, for now, on a file that never rests', async () => {
    const folder = await write({ 'people.csv': 'id\n1\n' })
    const path = join(folder, 'people.csv')
    let writes = 0
    const clock = createAutoClock(NOW)
    await age(path, 0, NOW)
    const restless = {
      now: () => clock.now(),
      async sleep(ms: number, signal?: AbortSignal) {
        await clock.sleep(ms, signal)
        await appendFile(path, `${++writes}\n`)
        await age(path, 0, clock.now())
      },
    }
    const error = await failureOf(read(folder, {}, { clock: restless }))
    expect(error).toMatchObject({ code: 'file-changing', name: 'RetryLaterError', exitCode: 12 })
    expect(writes).toBe(5)
  })

  test('does not wait for ever for a file dated in the future, once it rested under our eyes', async () => {
    const folder = await write({ 'people.csv': 'id\n1\n' })
    await age(join(folder, 'people.csv'), -86_400, NOW)
    const clock = createAutoClock(NOW)
    expect((await read(folder, {}, { clock })).proof?.complete).toBe(true)
    expect(clock.slept).toEqual([2000])
  })

  test('ends at once when the run is aborted', async () => {
    const folder = await write({ 'people.csv': 'id\n1\n' })
    await age(join(folder, 'people.csv'), 0, NOW)
    const clock = createFakeClock(NOW)
    const abort = new AbortController()
    const reading = failureOf(read(folder, { settle: '1h' }, { clock, signal: abort.signal }))
    await expect.poll(() => clock.sleeping).toBe(1)
    abort.abort(new Error('stop'))
    expect((await reading).message).toBe('stop')
  })
})

describe('a file that changes while it is read', () => {
  const long = `id,note\n${Array.from({ length: 9000 }, (_, i) => `${i},some text that fills the row`).join('\n')}\n`

  async function disturb(change: (path: string) => Promise<void>): Promise<ReadAll> {
    const folder = await write({ 'people.csv': long })
    let batches = 0
    return read(
      folder,
      {},
      {
        onBatch: async () => {
          if (batches++ === 0) await change(join(folder, 'people.csv'))
        },
      },
    )
  }

  test('by growing is incomplete', async () => {
    const { proof } = await disturb((path) => appendFile(path, '1,x\n'))
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain(
      `people.csv changed while it was read: it went from ${long.length} to ${long.length + 4} bytes`,
    )
  })

  test('by being replaced is incomplete, though nothing is missing', async () => {
    const { proof, rows } = await disturb(async (path) => {
      await writeFile(`${path}.new`, long)
      await rename(`${path}.new`, path)
    })
    expect(rows).toHaveLength(9000)
    expect(proof).toMatchObject({ complete: false })
    expect(proof?.evidence).toContain('another file took its place')
  })

  test('by being touched is incomplete', async () => {
    const { proof } = await disturb((path) => utimes(path, new Date(NOW), new Date(NOW)))
    expect(proof?.evidence).toContain('it was written to')
  })

  test('stops within a piece when the run is aborted', async () => {
    const folder = await write({ 'people.csv': long })
    const abort = new AbortController()
    const onBatch = (): void => abort.abort(new Error('stop'))
    let rows = 0
    const reading = read(
      folder,
      {},
      {
        signal: abort.signal,
        onBatch: (batch) => {
          rows += batch.length
          onBatch()
        },
      },
    )
    expect((await failureOf(reading)).message).toBe('stop')
    expect(rows).toBeLessThan(4000)
  })
})

describe('minRows', () => {
  test('makes fewer rows incomplete, with both numbers', async () => {
    const { proof } = await readCsvText('id\n1\n2\n', { minRows: 3 })
    expect(proof).toMatchObject({ complete: false, rows: 2, evidence: 'read 2 rows, and minRows is 3' })
    expect((await readCsvText('id\n1\n2\n', { minRows: 2 })).proof?.complete).toBe(true)
  })
})

describe('a trailer', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['with a prefix', 'id,n\n1,a\n2,b\nTRAILER,2\n', { prefix: 'TRAILER', column: 2 }],
    ['in one cell, without a final line break', 'id,n\n1,a\n2,b\nTotal: 0002', { prefix: 'Total:' }],
    ['as wide as the header', 'id,n\n1,a\n2,b\nT,2', { prefix: 'T', column: 2 }],
    ['without a prefix', 'id,n\n1,a\n2,b\n2\n\n', {}],
    ['that counts itself and the header', 'id,n\n1,a\n2,b\nEND,4,20261123\n', { prefix: 'END', column: 2, extra: 2 }],
    ['of no rows', 'id,n\nTRAILER,0\n', { prefix: 'TRAILER', column: 2 }],
  ])('%s that agrees proves the rows, and is none of them', async (_, text, trailer) => {
    const { proof, rows } = await readCsvText(text, { trailer })
    expect(proof).toMatchObject({ complete: true, rows: text.includes('1,a') ? 2 : 0 })
    expect(rows).toHaveLength(proof?.rows ?? -1)
    expect(proof?.evidence).toContain('the trailer agrees')
  })

  test.each<[string, string, Record<string, unknown>, string]>([
    [
      'disagrees',
      'id,n\n1,a\nTRAILER,2\n',
      { prefix: 'TRAILER', column: 2 },
      'in people.csv the trailer says 2 rows, read 1',
    ],
    [
      'is missing',
      'id,n\n1,a\n2,b\n',
      { prefix: 'TRAILER' },
      'the last row, line 3, is no trailer: it does not begin with the prefix',
    ],
    ['is missing after the header', 'id,n\n', { prefix: 'TRAILER' }, 'there is no trailer after the header'],
    [
      'has no number',
      'id,n\n1,a\nTRAILER,x\n',
      { prefix: 'TRAILER', column: 2 },
      'the trailer in line 3 holds no single number in cell 2',
    ],
    ['could be a person', 'id,n\n0,a\n1,b\n', {}, 'it has as many cells as the header, and no prefix is configured'],
    ['could be a person cut off', 'id,n\n0,a\n1', {}, 'it ends without a line break, and no prefix is configured'],
    [
      'stands amid the rows',
      'id,n\n1,a\nT,1\n2,b\nT,3\n',
      { prefix: 'T', column: 2 },
      'people.csv:3 begins like the trailer, but rows follow it',
    ],
  ])('that %s makes the read incomplete', async (_, text, trailer, evidence) => {
    const { proof } = await readCsvText(text, { trailer })
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain(evidence)
  })
})

describe('a control file', () => {
  const TEXT = 'id,n\n1,a\n2,b\n'
  const SHA = createHash('sha256').update(TEXT).digest('hex')
  const OTHER = SHA.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  const control = { file: '{name}.ctl', holds: 'count' }

  test.each([
    ['a number', '2\n'],
    ['a named number', '{"file": "people.csv", "date": 20261123, "rows": 2}'],
    ['a number beside the name', 'people.csv 0002'],
    ['UTF-16', '\ufeffRows: 2\r\n'],
  ])('with the count as %s proves the rows', async (kind, text) => {
    const folder = await write({ 'people.csv': TEXT })
    await writeFile(join(folder, 'people.csv.ctl'), text, kind === 'UTF-16' ? 'utf16le' : 'utf8')
    const { proof } = await read(folder, { control })
    expect(proof).toMatchObject({ complete: true, rows: 2 })
    expect(proof?.evidence).toContain('people.csv.ctl agrees')
  })

  test.each([
    ['says another count', '3', 'people.csv is not what was sent: people.csv.ctl says 3 rows, read 2'],
    ['holds no count', 'done', 'the control file people.csv.ctl of people.csv holds no count'],
    ['holds several numbers', '2 of 20', 'holds 2 numbers, and only one may be the count'],
  ])('that %s makes the read incomplete', async (_, text, evidence) => {
    const folder = await write({ 'people.csv': TEXT, 'people.csv.ctl': text })
    const { proof } = await read(folder, { control })
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain(evidence)
  })

  test('that is not there makes the read incomplete before a row is read', async () => {
    const { proof, rows } = await read(await write({ 'people.csv': TEXT }), { control })
    expect(proof).toMatchObject({ complete: false, rows: 0 })
    expect(proof?.evidence).toBe('the control file of people.csv is not there (people.csv.ctl)')
    expect(rows).toEqual([])
  })

  test('with a count does not prove a last cell that no line break ends, a hash does', async () => {
    const cut = TEXT.trimEnd()
    const sha = createHash('sha256').update(cut).digest('hex')
    const folder = await write({ 'people.csv': cut, 'people.csv.ctl': '2', 'people.csv.sha256': sha })
    const { proof } = await read(folder, { control })
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain('people.csv ends without a line break: its last cell may be cut')
    expect((await read(folder, { control: { file: '{name}.sha256', holds: 'sha256' } })).proof?.complete).toBe(true)
  })

  test('may count the header too', async () => {
    const folder = await write({ 'people.csv': TEXT, 'people.done': '3' })
    expect((await read(folder, { control: { file: '{stem}.done', holds: 'count', extra: 1 } })).proof?.complete).toBe(
      true,
    )
  })

  test.each([
    ['alone', SHA],
    ['as sha256sum writes it', `${SHA}  people.csv\n`],
    ['in upper case, of several files', `${OTHER} *other.csv\r\n${SHA.toUpperCase()} *out/people.csv\r\n`],
    ['as BSD writes it', `SHA256 (people.csv) = ${SHA}\n`],
  ])('with the SHA-256 %s proves the bytes', async (_, text) => {
    const folder = await write({ 'people.csv': TEXT, SHA256SUMS: text })
    const { proof } = await read(folder, { control: { file: 'SHA*', holds: 'sha256' } })
    expect(proof).toMatchObject({ complete: true })
  })

  test.each([
    ['is of other bytes', `${OTHER}  people.csv`, 'its SHA-256 is not the one in SHA256SUMS'],
    ['has no hash', 'people.csv', 'holds no SHA-256'],
    ['names other files', `${SHA}  a.csv\n${SHA}  b.csv\n`, 'holds 2 hashes and not exactly one for this file'],
  ])('whose SHA-256 %s makes the read incomplete', async (_, text, evidence) => {
    const folder = await write({ 'people.csv': TEXT, SHA256SUMS: text })
    const { proof } = await read(folder, { control: { file: 'SHA256SUMS', holds: 'sha256' } })
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain(evidence)
  })

  test('of a file with brackets in its name is that file, not what the brackets would match', async () => {
    const folder = await write({ 'p[1].csv': TEXT, 'p1.csv.ctl': '2' })
    const { proof } = await read(folder, { path: 'p[1].csv', control })
    expect(proof?.evidence).toContain('the control file of p[1].csv is not there')
  })

  test('with an unknown placeholder, or of two that match, is refused', async () => {
    const folder = await write({ 'people.csv': TEXT, 'a.ctl': '2', 'b.ctl': '2' })
    const error = await failureOf(read(folder, { control: { file: '{nam}.ctl', holds: 'count' } }))
    expect(error).toMatchObject({ code: 'control-file', exitCode: 78 })
    const { proof } = await read(folder, { control: { file: '*.ctl', holds: 'count' } })
    expect(proof?.evidence).toBe('2 control files match for people.csv, and only one may')
  })
})
