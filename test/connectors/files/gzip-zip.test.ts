import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import type { FileOptions } from '../../../connectors/files/options.ts'
import { readFiles } from '../../../connectors/files/read-files.ts'
import type { Connector, ReadContext } from '../../../core/connector.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { failureOf, tempFolder } from '../csv/fixture.ts'

const ROWS = Array.from({ length: 500 }, (_, i) => `E-${i},Person ${i}`)
const CSV = `${['id,name', ...ROWS].join('\n')}\n`

async function readStored(
  name: string,
  content: string | Uint8Array,
  options: Record<string, unknown> = {},
  how: ReadHow = {},
): Promise<ReadAll> {
  const folder = await tempFolder()
  await writeFile(join(folder, name), content)
  return readAll(csvConnector, { path: name, ...options }, { baseDir: folder, ...how })
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Complete, with all rows, and a proof of the bytes as they are stored. */
function expectWhole(read: ReadAll, stored: Uint8Array): void {
  expect(read.proof).toMatchObject({ complete: true, rows: ROWS.length })
  expect(read.rows.at(-1)?.fields).toEqual({ id: 'E-499', name: 'Person 499' })
  expect(read.proof?.files).toMatchObject([{ size: stored.length, sha256: sha256(stored) }])
  expect(read.progress.at(-1)).toEqual({ done: stored.length, total: stored.length, unit: 'bytes' })
}

describe('a gzip archive', () => {
  test('is unpacked by what it is, whatever its name', async () => {
    const stored = gzipSync(CSV)
    for (const name of ['people.csv.gz', 'people.csv', 'export']) {
      const read = await readStored(name, stored)
      expectWhole(read, stored)
      expect(read.proof?.evidence).toContain('its gzip is whole')
      expect(read.rows[0]?.at).toBe(`${name}:2`)
    }
  })

  test('may have several members', async () => {
    const stored = Buffer.concat([gzipSync(CSV.slice(0, 3000)), gzipSync(CSV.slice(3000))])
    expectWhole(await readStored('people.csv.gz', stored), stored)
  })

  test('may lie in another', async () => {
    const stored = gzipSync(gzipSync(CSV))
    expectWhole(await readStored('people.csv.gz', stored), stored)
  })

  test('that is cut anywhere is never complete', async () => {
    const folder = await tempFolder()
    const stored = gzipSync(CSV)
    const cuts = fc.integer({ min: 0, max: stored.length - 1 })
    await fc.assert(
      fc.asyncProperty(cuts, async (length) => {
        await writeFile(join(folder, 'people.csv.gz'), stored.subarray(0, length))
        const error = await failureOf(readAll(csvConnector, { path: 'people.csv.gz' }, { baseDir: folder }))
        expect(error).toMatchObject({ exitCode: 12, name: 'OperatorError' })
      }),
      { numRuns: 60, examples: [[0], [1], [2], [3], [10], [stored.length - 1], [stored.length - 8]] },
    )
  })

  test('that is cut says so', async () => {
    const error = await failureOf(readStored('people.csv.gz', gzipSync(CSV).subarray(0, -4)))
    expect(error.code).toBe('archive-cut')
    expect(error.message).toBe('people.csv.gz ends before its gzip archive does: it was cut off')
    expect(await failureOf(readStored('people.csv.gz', ''))).toMatchObject({
      code: 'archive-missing',
      message: 'people.csv.gz should be packed with gzip, and is not: it is empty',
    })
  })

  test('that was changed, or that other bytes follow, is damaged', async () => {
    const stored = gzipSync(CSV)
    const changed = Buffer.from(stored)
    changed[changed.length - 6] = (changed[changed.length - 6] ?? 0) ^ 1
    const followed = Buffer.concat([stored, Buffer.from('E-500,Person 500\n')])
    const padded = Buffer.concat([stored, Buffer.alloc(512)])
    for (const bytes of [changed, followed, padded]) {
      expect(await failureOf(readStored('people.csv.gz', bytes))).toMatchObject({
        code: 'archive-damaged',
        exitCode: 12,
      })
    }
    expect((await failureOf(readStored('people.csv.gz', padded))).message).toBe(
      'people.csv.gz has 512 bytes after the end of its gzip archive',
    )
  })

  test('that would fill the disk is stopped', async () => {
    const bomb = gzipSync(Buffer.alloc(3 * 1024 ** 2, 'x\n'))
    const error = await failureOf(readStored('people.csv.gz', bomb, { maxUnpacked: '2MiB' }))
    expect(error).toMatchObject({ code: 'content-too-large', exitCode: 12 })
    expect(error.message).toBe('people.csv.gz has more than 2MiB of content')
    let nested = gzipSync(CSV)
    for (let depth = 0; depth < 4; depth++) nested = gzipSync(nested)
    expect(await failureOf(readStored('people.csv', nested))).toMatchObject({ code: 'archive-deep' })
  })

  test('is left alone with unpack: none, and required with unpack: gzip', async () => {
    expect(await failureOf(readStored('people.csv', gzipSync(CSV), { unpack: 'none' }))).toMatchObject({
      code: 'file-format',
    })
    expect(await failureOf(readStored('people.csv', CSV, { unpack: 'gzip' }))).toMatchObject({
      code: 'archive-missing',
    })
  })

  test('is checked against a control file as it is stored', async () => {
    const folder = await tempFolder()
    const stored = gzipSync(CSV)
    await writeFile(join(folder, 'people.csv.gz'), stored)
    const options = { path: 'people.csv.gz', control: { file: '{name}.sha256', holds: 'sha256' } }
    await writeFile(join(folder, 'people.csv.gz.sha256'), `${sha256(stored)}  people.csv.gz\n`)
    expect((await readAll(csvConnector, options, { baseDir: folder })).proof?.complete).toBe(true)
    await writeFile(join(folder, 'people.csv.gz.sha256'), `${sha256(Buffer.from(CSV))}  people.csv.gz\n`)
    const { proof } = await readAll(csvConnector, options, { baseDir: folder })
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain('its SHA-256 is not the one in people.csv.gz.sha256')
  })

  test('is looked into by check', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'people.csv.gz'), gzipSync(CSV))
    expect(await runCheck(csvConnector, { path: '*.gz' }, { baseDir: folder })).toMatch(
      /^people\.csv\.gz has 2 columns/,
    )
  })

  test('of 300 MB leaves memory flat, and an abort ends it at once', async () => {
    const folder = await tempFolder()
    const part = gzipSync('E-1,some text that fills the row and says nothing at all\n'.repeat(50_000))
    const parts = Array.from({ length: 100 }, () => part)
    await writeFile(join(folder, 'people.csv.gz'), Buffer.concat([gzipSync('id,name\n'), ...parts]))
    const abort = new AbortController()
    let bytes = 0
    const peaks = [0, 0]
    // The bytes alone: what a table makes of them is not the archive's.
    const connector = {
      ...csvConnector,
      read: (context: ReadContext<FileOptions>) =>
        readFiles(context, async function* (body) {
          for await (const piece of body.pieces) {
            bytes += piece.length
            const half = bytes < 100e6 ? 0 : 1
            peaks[half] = Math.max(peaks[half] ?? 0, process.memoryUsage().rss)
            if (bytes > 250e6) abort.abort(new Error('enough'))
            yield []
          }
          return { rows: 0, columns: undefined, ending: 'closed' as const, faults: [], evidence: [] }
        }),
    } as Connector
    const reading = readAll(connector, { path: 'people.csv.gz' }, { baseDir: folder, signal: abort.signal })
    expect((await failureOf(reading)).message).toBe('enough')
    expect(bytes).toBeLessThan(252e6)
    expect(((peaks[1] ?? 0) - (peaks[0] ?? 0)) / 1024 ** 2).toBeLessThan(60)
  }, 120_000)
})

describe('a zip archive', () => {
  const stored = zipOf([{ name: 'export/people.csv', content: CSV }])

  test('with one file is that file', async () => {
    for (const name of ['people.zip', 'people.csv', 'people.csv.zip']) {
      const read = await readStored(name, stored)
      expectWhole(read, stored)
      expect(read.proof?.evidence).toContain('its zip is whole')
    }
  })

  test('may hold what Finder and Explorer add, and folders', async () => {
    const littered = zipOf([
      { name: 'export/', content: '' },
      { name: 'export/people.csv', content: CSV },
      { name: '__MACOSX/export/._people.csv', content: 'x' },
      { name: 'export/.DS_Store', content: 'x' },
    ])
    expectWhole(await readStored('people.zip', littered), littered)
  })

  test('with several files or none is refused by their names', async () => {
    const two = zipOf(['a.csv', 'b.csv'].map((name) => ({ name, content: CSV })))
    const error = await failureOf(readStored('people.zip', two))
    expect(error).toMatchObject({ code: 'archive-entries', exitCode: 12 })
    expect(error.message).toBe('people.zip holds 2 files (a.csv, b.csv), and exactly one is expected')
    const many = zipOf(Array.from({ length: 9 }, (_, i) => ({ name: `${i}.csv`, content: CSV })))
    expect((await failureOf(readStored('people.zip', many))).message).toContain(
      '9 files (0.csv, 1.csv, 2.csv, 3.csv, 4.csv, …)',
    )
    expect((await failureOf(readStored('people.zip', zipOf([])))).message).toContain('holds no file')
  })

  test('that is a workbook is named as one', async () => {
    const workbook = zipOf(['[Content_Types].xml', 'xl/workbook.xml'].map((name) => ({ name, content: '<a/>' })))
    expect(await failureOf(readStored('people.csv', workbook))).toMatchObject({
      code: 'file-format',
      message: 'people.csv is an Excel workbook (.xlsx) or another Office document',
    })
  })

  test('that is cut anywhere is never complete', async () => {
    const folder = await tempFolder()
    const cuts = fc.integer({ min: 0, max: stored.length - 1 })
    await fc.assert(
      fc.asyncProperty(cuts, async (length) => {
        await writeFile(join(folder, 'people.zip'), stored.subarray(0, length))
        const error = await failureOf(readAll(csvConnector, { path: 'people.zip' }, { baseDir: folder }))
        expect(error).toMatchObject({ exitCode: 12, name: 'OperatorError' })
      }),
      { numRuns: 60, examples: [[0], [1], [3], [4], [30], [stored.length - 1], [stored.length - 22]] },
    )
  })

  test('that was changed, or is protected with a password, is refused', async () => {
    const changed = Buffer.from(stored)
    changed[60] = (changed[60] ?? 0) ^ 0xff
    expect(await failureOf(readStored('people.zip', changed))).toMatchObject({ code: 'archive-damaged' })
    const encrypted = Buffer.from(stored)
    encrypted.writeUInt16LE(0x801, 6)
    encrypted.writeUInt16LE(0x801, stored.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 8)
    const error = await failureOf(readStored('people.zip', encrypted))
    expect(error).toMatchObject({ code: 'archive-encrypted', message: 'people.zip is protected with a password' })
  })

  test('that is packed in an unusual way says so', async () => {
    const unusual = Buffer.from(stored)
    unusual.writeUInt16LE(12, stored.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 10)
    const error = await failureOf(readStored('people.zip', unusual))
    expect(error).toMatchObject({ code: 'archive-method', exitCode: 12 })
    expect(error.message).toContain('unsupported compression method: 12')
  })

  test('whose content is larger than allowed is not even begun', async () => {
    const bomb = zipOf([{ name: 'people.csv', content: Buffer.alloc(3 * 1024 ** 2, 'x\n') }])
    expect(await failureOf(readStored('people.zip', bomb, { maxUnpacked: '2MiB' }))).toMatchObject({
      code: 'content-too-large',
    })
    expect((await readStored('people.zip', bomb, { maxUnpacked: '3MiB', delimiter: ',' })).proof?.complete).toBe(true)
  })

  test('within a gzip archive is spooled, and the spool is gone afterwards', async () => {
    const scratch = join(await tempFolder(), 'scratch')
    const nested = gzipSync(stored)
    expectWhole(await readStored('people.zip.gz', nested, {}, { scratch }), nested)
    expect(existsSync(scratch)).toBe(false)
    const cut = zipOf([{ name: 'a', content: CSV }]).subarray(0, -1)
    expect(await failureOf(readStored('people.zip.gz', gzipSync(cut), {}, { scratch }))).toMatchObject({
      code: 'archive-damaged',
    })
    expect(existsSync(scratch)).toBe(false)
  })
})
