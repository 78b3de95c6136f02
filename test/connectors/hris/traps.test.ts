import { describe, expect, test } from 'vitest'
import { textRows, workbookOf } from '../../support/workbook.ts'
import { failureOf } from '../csv/fixture.ts'
import { csv, read, told } from './fixture.ts'

/** One person whose end is the cell. */
function workbookWithEnd(cell: string): Buffer {
  const person = `<row r="2"><c r="A2" t="inlineStr"><is><t>1</t></is></c>${cell}</row>`
  const header = textRows([['id', 'start', 'end']])
  return workbookOf({ formats: ['dd/mm/yyyy'], sheets: [{ name: 'People', data: header + person }] })
}

describe('a person is not taken for gone', () => {
  test.each(['9999999d', '999999999d'])(
    'when leavers are kept for %s, which leads beyond all calendars',
    async (onGone) => {
      const { rows } = await read(csv(['1;01.04.2019;31.12.2019']), { onGone })
      expect(rows[0]?.fields['status']).toBe('DEACTIVATED')
    },
  )

  test('when a formula that refers to an empty cell makes the end a zero', async () => {
    const { rows } = await read(workbookWithEnd('<c r="C2" s="1"><f>X2</f><v>0</v></c>'), {}, { file: 'people.xlsx' })
    expect(rows[0]?.problems?.[0]?.message).toContain('end is a text of 1 characters that is no date')
  })

  test('when a real date stands for none', async () => {
    const forever = workbookWithEnd('<c r="C2" s="1"><v>1</v></c>')
    const { rows } = await read(forever, { noDate: ['01.01.1900'] }, { file: 'people.xlsx' })
    expect(rows[0]?.fields['status']).toBe('ACTIVE')
  })

  test('when a spreadsheet wrote the ids in scientific notation, which makes them all alike', async () => {
    const { rows, proof } = await read(csv(['1,23457E+11;01.04.2019;', '1,23457E+11;01.05.2019;']))
    expect(proof).toMatchObject({ complete: true, rows: 2 })
    for (const row of rows) expect(row.problems?.[0]?.message).toContain('id is a number in scientific notation')
  })
})

describe('dates', () => {
  test('with an offset stay the day that is written', async () => {
    const options = { dateFormat: "yyyy-MM-dd'T'HH:mm:ssZZ" }
    const [row] = told(await read(csv(['1;2026-11-01T00:00:00+05:30;']), options))
    expect(row?.['createdTimestamp']).toBe('2026-10-31T23:00:00Z')
  })

  test('begin with the first instant of the day where there is no midnight', async () => {
    const [row] = told(await read(csv(['1;04.11.2018;']), {}, { zone: 'America/Sao_Paulo' }))
    expect(row?.['createdTimestamp']).toBe('2018-11-04T03:00:00Z')
  })

  test('on a leap day count, and on one that never was do not', async () => {
    const { rows } = await read(csv(['1;29.02.2024;', '2;29.02.2023;']))
    expect(rows.map((row) => row.problems?.length ?? 0)).toEqual([0, 1])
  })

  test.each(['DD.MM.YYYY', 'dd.MM.YYYY', 'dd.mm.yyyy'])(
    'in the format %s of another program are refused',
    async (format) => {
      const error = await failureOf(read(csv(['1;01.04.2019;']), { dateFormat: format }))
      expect(error).toMatchObject({ code: 'hris-options', exitCode: 78 })
    },
  )

  test('need no format where there are none', async () => {
    const options = {
      columns: { id: 'id', status: 'Status' },
      statuses: { Active: 'employed' },
      dateFormat: undefined,
    }
    const { rows } = await read(csv(['1;Active'], 'id;Status'), options)
    expect(rows[0]?.fields['status']).toBe('ACTIVE')
  })
})

test('rows without any text, as spreadsheets leave them, are nobody and are counted', async () => {
  const { rows, proof } = await read(csv(['1;01.04.2019;', ';;', ' ;;']))
  expect(rows).toHaveLength(1)
  expect(proof).toMatchObject({ complete: true, rows: 1 })
  expect(proof?.evidence).toContain('1 employed today, 2 rows without any text left out')
})

describe('many rows under one id', () => {
  const many = Array.from({ length: 1000 }, () => '0;01.04.2019;')

  test('are named by the first few', async () => {
    const { rows } = await read(csv(many), { assignments: 'single' })
    expect(rows[0]?.problems?.[0]?.message).toBe(
      '1000 rows of this person hold at one time (people.csv:2, people.csv:3, people.csv:4 and others); one is expected',
    )
  })

  test('that cannot be read give a few problems', async () => {
    const { rows } = await read(csv(many.map((row) => row.replace('01', 'x'))))
    expect(rows[0]?.problems).toHaveLength(3)
  })

  test('are no person when they are too many', async () => {
    const error = await failureOf(read(csv(['1;;', ...many, '0;01.04.2019;'])))
    expect(error).toMatchObject({ code: 'hris-id', exitCode: 12 })
    expect(error.message).toContain('more than 1000 rows, of which people.csv:3 is the first')
  })
})

test('the signal ends a read that leaves everybody out', async () => {
  const gone = Array.from({ length: 20_000 }, (_, i) => `${i};01.04.2010;01.04.2015`)
  const end = new AbortController()
  let asked = 0
  // First to know how old the file is; then, when all rows are in, what day it is.
  const onNow = (): void => {
    if (++asked === 2) setImmediate(() => end.abort(new Error('enough')))
  }
  await expect(read(csv(gone), {}, { signal: end.signal, onNow })).rejects.toThrow('enough')
  expect(asked).toBe(2)
})
