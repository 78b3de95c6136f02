import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { type Content, cellsOf, failureOf, readCsvText } from './fixture.ts'

const TEXT = 'id,name\n1,Jürgen Müller\n2,"Zoë\nŠimek"\n'
const EMOJI = `id,name\n${Array.from({ length: 12_000 }, (_, i) => `${i},Łukasz 👩‍🚀 ${i}`).join('\n')}`

function utf16(text: string, bigEndian: boolean, mark = true): Buffer {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

describe('text in another encoding', () => {
  test.each<[string, Content, Record<string, unknown>]>([
    ['UTF-8', Buffer.from(TEXT), {}],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${TEXT}`), {}],
    ['UTF-16 LE with its mark', utf16(TEXT, false), {}],
    ['UTF-16 BE with its mark', utf16(TEXT, true), {}],
    ['UTF-16 LE when named', utf16(TEXT, false, false), { encoding: 'utf-16le' }],
    ['UTF-16 BE when named', utf16(TEXT, true, false), { encoding: 'utf-16be' }],
    ['Windows-1252 when named', iconv.encode(TEXT, 'windows-1252'), { encoding: 'windows-1252' }],
    ['Windows-1250 when named', iconv.encode(TEXT, 'windows-1250'), { encoding: 'windows-1250' }],
  ])('%s is read letter by letter', async (_, content, options) => {
    const read = await readCsvText(content, options)
    expect(read.columns).toEqual(['id', 'name'])
    expect(cellsOf(read)).toEqual([
      ['1', 'Jürgen Müller'],
      ['2', 'Zoë\nŠimek'],
    ])
    expect(read.proof?.complete).toBe(true)
  })

  test('keeps the euro and curly quotes of Windows-1252', async () => {
    const content = iconv.encode('id,n\n1,€ “x” – Ž\n', 'windows-1252')
    expect(cellsOf(await readCsvText(content, { encoding: 'windows-1252' }))).toEqual([['1', '€ “x” – Ž']])
  })

  test('reads Latin-1 when named, and refuses what only Windows-1252 has', async () => {
    expect(cellsOf(await readCsvText(Buffer.from('id,n\n1,Müller\n', 'latin1'), { encoding: 'latin1' }))).toEqual([
      ['1', 'Müller'],
    ])
    const error = await failureOf(readCsvText(iconv.encode('id,n\n1,5 €\n', 'windows-1252'), { encoding: 'latin1' }))
    expect(error.message).toBe('people.csv has bytes at byte 9, line 2 that latin1 does not have')
    expect(error.hint).toContain('windows-1252')
  })

  test.each([
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-16 LE', (text: string) => utf16(text, false)],
    ['UTF-16 BE', (text: string) => utf16(text, true)],
  ])('of many pieces is never split within a letter: %s', async (_, encode) => {
    const read = await readCsvText(encode(EMOJI))
    const expected = Array.from({ length: 12_000 }, (__, i) => [`${i}`, `Łukasz 👩‍🚀 ${i}`])
    expect(cellsOf(read)).toEqual(expected)
    expect(read.proof).toMatchObject({ complete: true, rows: 12_000 })
  })

  test('is what its mark says, with a warning, when the configuration says otherwise', async () => {
    const read = await readCsvText(`\ufeff${TEXT}`, { encoding: 'windows-1252' })
    expect(cellsOf(read)[0]).toEqual(['1', 'Jürgen Müller'])
    expect(read.logs.filter((line) => line.level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'the byte order mark of the file contradicts the configured encoding, and wins',
        facts: { file: 'people.csv', configured: 'windows-1252', found: 'utf-8' },
      },
    ])
  })
})

describe('bytes that are no UTF-8', () => {
  test('are told with their byte, their line and a guess', async () => {
    const error = await failureOf(readCsvText(Buffer.from('id,name\r\n1,Ada\r\n2,Müller\r\n', 'latin1')))
    expect(error).toMatchObject({ code: 'file-encoding', exitCode: 12 })
    expect(error.message).toBe('people.csv is not UTF-8: it looks like Windows-1252 at byte 19, line 3')
    expect(error.hint).toContain('encoding: windows-1252')
    expect(error.message).not.toContain('ller')
  })

  test('are found far into the file, with the right line', async () => {
    const rows = '1,some ordinary text here\n'.repeat(20_000)
    const error = await failureOf(
      readCsvText(Buffer.concat([Buffer.from(`id,name\n${rows}`), Buffer.from('2,Zo\xeb\n', 'latin1')])),
    )
    expect(error.message).toContain(`at byte ${8 + rows.length + 4}, line 20002`)
  })

  test.each([
    ['cp850', iconv.encode('id,n\n1,Müller Jäger\n', 'cp850'), 'looks like a DOS code page', 'cp850'],
    ['an unknown one', Buffer.from([0x69, 0x0a, 0xff, 0x8d, 0x0a]), 'holds bytes of an unknown encoding', 'encoding'],
    ['an overlong form', Buffer.from([0x69, 0x0a, 0xc0, 0xaf, 0x0a]), 'looks like Windows-1252', 'windows-1252'],
  ])('lead to a guess: %s', async (_, content, says, hint) => {
    const error = await failureOf(readCsvText(content))
    expect(error.message).toContain(says)
    expect(error.hint).toContain(hint)
  })

  test('at the very end, a letter cut in two, make the read incomplete', async () => {
    const whole = Buffer.from('id,name\n1,a\n2,Zoë')
    const { proof, rows } = await readCsvText(whole.subarray(0, -1))
    expect(proof).toMatchObject({ complete: false, rows: 1 })
    expect(proof?.evidence).toBe('people.csv ends within a character at byte 16, line 3: it was cut off')
    expect(rows).toHaveLength(1)
  })

  test('do not pass as half a pair of UTF-16, and an odd byte at its end is a cut', async () => {
    const lone = Buffer.concat([Buffer.from('\ufeffid\n', 'utf16le'), Buffer.from([0x00, 0xdc, 0x0a, 0x00])])
    expect((await failureOf(readCsvText(lone))).message).toBe(
      'people.csv has bytes at byte 8, line 2 that utf-16le does not have',
    )
    const { proof } = await readCsvText(utf16('id\n1\n22', true).subarray(0, -1))
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain('ends within a character at byte 14, line 3')
  })
})

describe('a file that is no text', () => {
  test.each<[string, Content, string]>([
    ['xlsx', Buffer.from('PK\x03\x04rest', 'latin1'), 'an Excel workbook (.xlsx) or another zip archive'],
    ['xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), 'an old Excel workbook'],
    ['gz', Buffer.from([0x1f, 0x8b, 0x08, 0x00]), 'a gzip archive'],
    ['html', '\n<!DOCTYPE html><html><body>Sign in</body></html>', 'a web page (HTML)'],
    ['json', '[ {"id": "1"} ]', 'a JSON document'],
    ['xml', '\ufeff<?xml version="1.0"?><a/>', 'an XML document'],
    ['pgp', '-----BEGIN PGP MESSAGE-----\n', 'a PGP message'],
  ])('is named for what it is: %s', async (_, content, name) => {
    const error = await failureOf(readCsvText(content, { unpack: 'none' }))
    expect(error).toMatchObject({ code: 'file-format', exitCode: 12 })
    expect(error.message).toContain(`people.csv is no CSV: it is ${name}`)
  })

  test('is refused at a zero byte, wherever it stands', async () => {
    const error = await failureOf(readCsvText(`id,n\n1,a\n${'\0'.repeat(40)}`))
    expect(error.message).toBe('people.csv has a zero byte at byte 9, line 3: it is damaged, or no text at all')
    const named = await failureOf(readCsvText('id\n1\n\0\n', { encoding: 'windows-1252' }))
    expect(named).toMatchObject({ code: 'file-binary' })
  })

  test.each(['utf-16le', 'utf-16be'] as const)('but %s without its mark is recognised', async (encoding) => {
    const error = await failureOf(readCsvText(utf16(TEXT, encoding === 'utf-16be', false)))
    expect(error.message).toContain('looks like UTF-16 without a byte order mark')
    expect(error.hint).toContain(`encoding: ${encoding}`)
  })
})
