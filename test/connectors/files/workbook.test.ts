import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { xlsxConnector } from '../../../connectors/xlsx/index.ts'
import { createTransport } from '../../../core/network/transport.ts'
import { listenHttp } from '../../support/loopback.ts'
import { readAll } from '../../support/read-all.ts'
import { workbookOf } from '../../support/workbook.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { failureOf, tempFolder } from '../csv/fixture.ts'

const cell = (text: string): string => `<c t="inlineStr"><is><t>${text}</t></is></c>`
const DATA = ['id', 'E-1', 'E-2'].map((text, i) => `<row r="${i + 1}">${cell(text)}</row>`).join('')
const WORKBOOK = workbookOf({ sheets: [{ name: 'People', data: DATA }] })

/** A file that must be jumped about in lies on this machine while it is read, and no longer. */
describe('a workbook', () => {
  let folder: string
  let scratch: string

  beforeEach(async () => {
    folder = await tempFolder()
    scratch = join(folder, 'scratch')
  })

  test.each([
    ['people.xlsx', WORKBOOK],
    ['people.xlsx.gz', gzipSync(WORKBOOK)],
    ['people.xlsx.zip', zipOf([{ name: 'people.xlsx', content: WORKBOOK }])],
  ])('is read from %s, and no copy of it stays', async (path, bytes) => {
    await writeFile(join(folder, path), bytes)
    const { rows, proof } = await readAll(xlsxConnector, { path }, { baseDir: folder, scratch })
    expect(proof).toMatchObject({ complete: true, rows: 2, files: [{ name: path, size: bytes.length }] })
    expect(rows.map((row) => row.fields['id'])).toEqual(['E-1', 'E-2'])
    expect(existsSync(scratch)).toBe(false)
  })

  test('is read from the web, up to the size that is allowed', async () => {
    const large = Buffer.concat([WORKBOOK, Buffer.alloc(1024 ** 2)])
    const server = await listenHttp((request, response) => {
      const body = request.url === '/people.xlsx' ? WORKBOOK : large
      response.writeHead(200, { 'content-length': body.length })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    const transport = await createTransport({ env: {} })
    onTestFinished(async () => {
      await transport.close()
      await server.close()
    })
    const path = `http://127.0.0.1:${server.port}/people.xlsx`
    const { proof } = await readAll(xlsxConnector, { path }, { transport, scratch })
    expect(proof).toMatchObject({ complete: true, rows: 2, files: [{ size: WORKBOOK.length }] })
    const options = { path: path.replace('people', 'large'), maxUnpacked: '1MiB' }
    expect(await failureOf(readAll(xlsxConnector, options, { transport, scratch }))).toMatchObject({
      code: 'content-too-large',
      message: 'large.xlsx has more than 1MiB of content',
    })
    expect(existsSync(scratch)).toBe(false)
  })

  test('that is cut is never complete', async () => {
    for (const length of [0, 1, 10, WORKBOOK.length / 2, WORKBOOK.length - 1]) {
      await writeFile(join(folder, 'people.xlsx'), WORKBOOK.subarray(0, length))
      const error = await failureOf(readAll(xlsxConnector, { path: 'people.xlsx' }, { baseDir: folder, scratch }))
      expect(error.exitCode).toBe(12)
    }
  })

  test('is refused by those who read text', async () => {
    await writeFile(join(folder, 'people.csv'), WORKBOOK)
    expect(await failureOf(readAll(csvConnector, { path: 'people.csv' }, { baseDir: folder }))).toMatchObject({
      code: 'file-format',
    })
  })

  test('needs room for its copy', async () => {
    await writeFile(join(folder, 'people.xlsx.gz'), gzipSync(WORKBOOK))
    await writeFile(scratch, 'a file where the folder should be')
    const reading = readAll(xlsxConnector, { path: 'people.xlsx.gz' }, { baseDir: folder, scratch })
    expect(await failureOf(reading)).toMatchObject({ code: 'scratch-unwritable', exitCode: 12 })
  })
})
