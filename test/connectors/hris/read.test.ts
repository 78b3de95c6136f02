import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hrisConnector } from '../../../connectors/hris/index.ts'
import { PRESET_NAMES, PRESETS } from '../../../connectors/hris/presets.ts'
import { createAutoClock } from '../../support/fake-clock.ts'
import { readAll, runCheck } from '../../support/read-all.ts'
import { textRows, workbookOf } from '../../support/workbook.ts'
import { failureOf } from '../csv/fixture.ts'
import { COLUMNS, csv, folderWith, type How, NOON, read, told } from './fixture.ts'

const FILES = join(import.meta.dirname, 'files')

async function statusOf(row: string, options: Record<string, unknown> = {}, how: How = {}): Promise<unknown> {
  const { rows } = await read(csv([row]), options, how)
  return rows[0]?.problems === undefined ? rows[0]?.fields['status'] : 'unclear'
}

describe('a person', () => {
  test.each([
    ['1;01.04.2019;', 'ACTIVE'],
    ['1;23.11.2026;', 'ACTIVE'],
    ['1;01.04.2019;23.11.2026', 'ACTIVE'],
    ['1;01.04.2019;31.12.2030', 'ACTIVE'],
    ['1;01.04.2019;22.11.2026', 'DEACTIVATED'],
    ['1;;22.11.2026', 'DEACTIVATED'],
    ['1;;', 'ACTIVE'],
    // Not yet there, and gone for longer than 90 days.
    ['1;24.11.2026;', undefined],
    ['1;01.04.2019;24.08.2026', undefined],
    ['1;01.04.2019;25.08.2026', 'DEACTIVATED'],
    ['1;2019-04-01;', 'unclear'],
    ['1;31.02.2019;', 'unclear'],
    ['1;01.04.2019;01.03.2019', 'unclear'],
  ])('of the row %s is %s', async (row, status) => {
    expect(await statusOf(row)).toBe(status)
  })

  test('has times that begin at midnight in the zone of the company', async () => {
    expect(told(await read(csv(['1;01.07.2019;31.10.2026'])))).toEqual([
      {
        id: '1',
        start: '01.07.2019',
        end: '31.10.2026',
        status: 'DEACTIVATED',
        createdTimestamp: '2019-06-30T22:00:00Z',
        deactivatedTimestamp: '2026-10-31T23:00:00Z',
      },
    ])
  })

  test('leaves by the calendar of the company, not by that of the machine', async () => {
    const lastMinute = Date.UTC(2026, 10, 23, 22, 30)
    expect(await statusOf('1;;23.11.2026', {}, { now: lastMinute })).toBe('ACTIVE')
    expect(await statusOf('1;;23.11.2026', {}, { now: lastMinute, zone: 'Asia/Tokyo' })).toBe('DEACTIVATED')
    expect(await statusOf('1;;23.11.2026', {}, { now: lastMinute + 3_600_000 })).toBe('DEACTIVATED')
  })

  test('whose end date is the first day off left the evening before', async () => {
    const options = { endDate: 'first-day-off' }
    expect(await statusOf('1;;23.11.2026', options)).toBe('DEACTIVATED')
    expect(await statusOf('1;;24.11.2026', options)).toBe('ACTIVE')
    const [row] = told(await read(csv(['1;;23.11.2026']), options))
    expect(row?.['deactivatedTimestamp']).toBe('2026-11-22T23:00:00Z')
  })

  test('is sent after leaving for as long as onGone says', async () => {
    expect(await statusOf('1;;22.11.2026', { onGone: '0d' })).toBeUndefined()
    expect(await statusOf('1;;22.11.2026', { onGone: '1d' })).toBe('DEACTIVATED')
    expect(await statusOf('1;;21.11.2026', { onGone: '1d' })).toBeUndefined()
  })

  test('without a date where a text stands for none is current', async () => {
    expect(await statusOf('1;01.04.2019;00.00.0000', { noDate: ['00.00.0000'] })).toBe('ACTIVE')
  })

  test('without an id is told alone, and never folded with others', async () => {
    const { rows } = await read(csv([';01.04.2019;', ';01.05.2019;', '1;;']))
    expect(rows.map((row) => row.fields['id'])).toEqual(['', '', '1'])
  })
})

describe('what cannot be told', () => {
  test('is a problem of the row, with its place and the class of what stands there', async () => {
    const { rows, proof } = await read(csv(['1;x1.04.2019;', '2;01.04.2019;']))
    expect(proof).toMatchObject({ complete: true, rows: 2 })
    expect(rows[0]?.problems).toEqual([
      {
        field: 'status',
        message: 'start is a text of 10 characters that is no date (people.csv:2); expected dd.MM.yyyy',
      },
    ])
    expect(rows[0]?.fields['id']).toBe('1')
    expect(rows[1]?.problems).toBeUndefined()
    expect(proof?.evidence).toContain('1 employed today, 1 cannot be told')
  })
})

describe('several rows of one person', () => {
  test('of a rehire are one who is current, created at the first start', async () => {
    const rehired = csv(['1;01.04.2019;30.06.2020', '2;;', '1;01.02.2026;'])
    expect(told(await read(rehired))).toEqual([
      { id: '1', start: '01.02.2026', end: '', status: 'ACTIVE', createdTimestamp: '2019-03-31T22:00:00Z' },
      { id: '2', start: '', end: '', status: 'ACTIVE' },
    ])
  })

  test('with a return in the future are one who has left', async () => {
    const [row] = told(await read(csv(['1;01.02.2027;', '1;01.04.2019;31.10.2026'])))
    expect(row).toMatchObject({
      status: 'DEACTIVATED',
      end: '31.10.2026',
      deactivatedTimestamp: '2026-10-31T23:00:00Z',
    })
  })

  test('that follow each other without a gap are one who never left', async () => {
    const [row] = told(await read(csv(['1;01.04.2019;22.11.2026', '1;23.11.2026;'])))
    expect(row).toMatchObject({ status: 'ACTIVE', start: '23.11.2026' })
  })

  test('of which one is unreadable are unclear, whatever the others say', async () => {
    const { rows } = await read(csv(['1;01.04.2019;22.11.2026', '1;soon;']))
    expect(rows).toHaveLength(1)
    expect(rows[0]?.problems).toHaveLength(1)
  })

  const two = ['1;01.04.2019;;;Sales', '1;01.05.2019;;yes;People', '1;01.06.2019;;;Legal']
  const header = 'id;start;end;main;department'

  test('at one time are spoken for by the latest start, unless told otherwise', async () => {
    const [row] = told(await read(csv(two, header)))
    expect(row?.['department']).toBe('Legal')
  })

  test('are spoken for by the primary one', async () => {
    const options = { columns: { ...COLUMNS, primary: 'main' }, assignments: 'primary' }
    const [row] = told(await read(csv(two, header), options))
    expect(row?.['department']).toBe('People')
    const none = await read(
      csv(
        two.map((each) => each.replace('yes', '')),
        header,
      ),
      options,
    )
    expect(none.rows[0]?.problems?.[0]?.message).toContain('0 of 3 rows of this person are marked primary')
  })

  test('are a problem where single rows are expected', async () => {
    const { rows } = await read(csv(two, header), { assignments: 'single' })
    expect(rows[0]?.problems?.[0]?.message).toBe(
      '3 rows of this person hold at one time (people.csv:2, people.csv:3, people.csv:4); one is expected',
    )
  })

  test('come together however far apart they stand', async () => {
    const many = Array.from(
      { length: 60_000 },
      (_, i) => `${(i % 30_000) + 1};01.04.2019;${i < 30_000 ? '30.06.2020' : ''}`,
    )
    const { rows, proof } = await read(csv(many))
    expect(proof).toMatchObject({ complete: true, rows: 30_000 })
    expect(new Set(rows.map((row) => row.fields['status']))).toEqual(new Set(['ACTIVE']))
  })
})

describe('a status in words', () => {
  const options = {
    columns: { ...COLUMNS, status: 'Status' },
    statuses: { Active: 'employed', Left: 'left' },
  }
  const header = 'id;start;end;Status'
  async function status(row: string): Promise<unknown> {
    const { rows } = await read(csv([row], header), options)
    return rows[0]?.problems === undefined ? rows[0]?.fields['status'] : rows[0].problems[0]?.message
  }

  test('decides where there is no end date', async () => {
    expect(await status('1;01.04.2019;;left')).toBe('DEACTIVATED')
    expect(await status('1;01.04.2019;;Active')).toBe('ACTIVE')
    expect(await status('1;01.04.2019;;')).toBe('ACTIVE')
  })

  test('gives way to a date that is to come', async () => {
    expect(await status('1;01.04.2019;31.12.2026;Left')).toBe('ACTIVE')
  })

  test('that contradicts the dates is a problem', async () => {
    expect(await status('1;01.04.2019;30.06.2020;Active')).toContain(
      'end date in the past and a status that says employed',
    )
    expect(await status('1;01.04.2027;;Left')).toContain('starts in the future')
  })

  test('that is not listed is a problem, and is not repeated', async () => {
    const message = await status('1;01.04.2019;;Parental leave')
    expect(message).toContain('expected one of: active, left')
    expect(message).not.toContain('Parental')
  })

  test('keeps its text under another name, since the computed one feeds the record', async () => {
    const { rows, columns } = await read(csv(['1;01.04.2019;;Active'], header), options)
    expect(rows[0]?.fields).toMatchObject({ status: 'ACTIVE', 'exported Status': 'Active' })
    expect(columns).toEqual([
      'status',
      'createdTimestamp',
      'deactivatedTimestamp',
      'id',
      'start',
      'end',
      'exported Status',
    ])
  })
})

describe('contractors', () => {
  const header = 'id;start;end;type'
  const rows = ['1;;;Employee', '2;;;CONTRACTOR', '3;;;Contractor', '3;;;Employee']

  test('are kept unless told otherwise', async () => {
    expect((await read(csv(rows, header))).proof?.rows).toBe(3)
  })

  test('are left out by their type, and counted', async () => {
    const options = { columns: { ...COLUMNS, type: 'type' }, contractors: 'exclude', contractorTypes: ['contractor'] }
    const { rows: kept, proof } = await read(csv(rows, header), options)
    expect(kept.map((row) => row.fields['id'])).toEqual(['1', '3'])
    expect(proof?.evidence).toContain('2 rows of contractors left out')
  })
})

describe('a workbook', () => {
  const dated = workbookOf({
    formats: ['dd/mm/yyyy'],
    sheets: [
      {
        name: 'People',
        data: `${textRows([['id', 'start', 'end']])}<row r="2"><c r="A2" t="inlineStr"><is><t>007</t></is></c><c r="B2" s="1"><v>43556</v></c><c r="C2" s="1"><v>46326</v></c></row>`,
      },
    ],
  })

  test('with real dates needs no format', async () => {
    const { rows } = await read(dated, { dateFormat: undefined }, { file: 'people.xlsx' })
    expect(rows[0]?.fields).toMatchObject({
      id: '007',
      status: 'DEACTIVATED',
      createdTimestamp: '2019-03-31T22:00:00Z',
      deactivatedTimestamp: '2026-10-31T23:00:00Z',
    })
  })

  test('with dates in text needs one', async () => {
    const text = workbookOf({
      sheets: [
        {
          name: 'P',
          data: textRows([
            ['id', 'start', 'end'],
            ['1', '01.04.2019', ''],
          ]),
        },
      ],
    })
    const without = await read(text, { dateFormat: undefined }, { file: 'people.xlsx' })
    expect(without.rows[0]?.problems?.[0]?.message).toContain('set `dateFormat`')
    const given = await read(text, {}, { file: 'people.xlsx' })
    expect(given.rows[0]?.fields['status']).toBe('ACTIVE')
  })
})

describe('options', () => {
  test.each([
    [{ columns: {} }, '`columns.id` is missing'],
    [{ dateFormat: undefined }, '`dateFormat` is missing'],
    [{ dateFormat: 'dd.mm.yyyy' }, 'does not give year, month and day'],
    [{ columns: { ...COLUMNS, status: 'end' } }, '`statuses` is missing'],
    [{ contractors: 'exclude' }, '`contractorTypes` is empty'],
    [{ assignments: 'primary' }, '`columns.primary` is missing'],
  ])('%j are a mistake of the configuration', async (options, says) => {
    const error = await failureOf(read(csv(['1;;']), options))
    expect(error).toMatchObject({ code: 'hris-options', exitCode: 78 })
    expect(error.message).toContain(says)
  })

  test('that name a column which the export does not have fail with the nearest name', async () => {
    const error = await failureOf(read(csv(['1;;']), { columns: { ...COLUMNS, end: 'ned' } }))
    expect(error).toMatchObject({ code: 'hris-columns', exitCode: 12, hint: 'Did you mean "end"?' })
  })

  test('that name neither an end nor a status cannot tell leavers', async () => {
    const error = await failureOf(read(csv(['1;;']), { columns: { id: 'id', start: 'start' } }))
    expect(error).toMatchObject({ code: 'hris-columns' })
    expect(error.hint).toContain('Set `columns.end`')
  })
})

describe('an incomplete export', () => {
  test('tells nobody', async () => {
    const { rows, proof } = await read(csv(['1;01.04.2019;', '2;01.04']))
    expect(rows).toHaveLength(0)
    expect(proof).toMatchObject({ complete: false, rows: 0 })
    expect(proof?.evidence).toContain('people.csv:3 has 2 cells where the header has 3')
  })

  test('without a byte is a complete set of nobody, for the guard to judge', async () => {
    expect((await read('')).proof).toMatchObject({ complete: true, rows: 0 })
  })
})

describe('check', () => {
  test('says which column means what', async () => {
    const baseDir = await folderWith('people.csv', csv(['1;01.04.2019;']))
    const options = { path: 'people.csv', columns: COLUMNS, dateFormat: 'dd.MM.yyyy' }
    const sentence = await runCheck(hrisConnector, options, { baseDir })
    expect(sentence).toContain('people.csv has 3 columns')
    expect(sentence).toContain('id is "id", start is "start", end is "end"')
  })
})

describe('the preset', () => {
  test('erpnext reads what the Data Export of ERPNext writes', async () => {
    const options = { path: 'erpnext.csv', preset: 'erpnext', settle: '0s' }
    const all = await readAll(hrisConnector, options, { baseDir: FILES, zone: 'UTC', clock: createAutoClock(NOON) })
    expect(told(all).map(({ ID, status, deactivatedTimestamp }) => [ID, status, deactivatedTimestamp])).toEqual([
      ['HR-EMP-00001', 'ACTIVE', undefined],
      ['HR-EMP-00002', 'DEACTIVATED', '2026-11-01T00:00:00Z'],
      ['HR-EMP-00003', 'ACTIVE', undefined],
      ['HR-EMP-00006', 'DEACTIVATED', undefined],
    ])
    expect(all.proof?.evidence).toContain(
      '2 employed today, 2 left lately and are still sent, 1 left long ago and are left out, 1 start later and are left out',
    )
  })

  test.each(Object.entries(PRESETS))('%s cites where its export is documented', (_, preset) => {
    expect(preset.source).toMatch(/^https:\/\//)
    expect(preset.columns.id.length).toBeGreaterThan(0)
  })

  test('is in the list of names', () => {
    expect([...PRESET_NAMES].sort()).toEqual(Object.keys(PRESETS).sort())
  })
})

test('whatever the rows, everybody is told once, left out with a count, or unclear', async () => {
  const day = fc.constantFrom(
    '',
    '01.04.2019',
    '30.06.2020',
    '22.11.2026',
    '23.11.2026',
    '24.11.2026',
    '01.02.2027',
    'x',
  )
  const row = fc.tuple(fc.integer({ min: 1, max: 8 }), day, day)
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      const { proof, rows: out } = await read(csv(rows.map((cells) => cells.join(';'))))
      const people = new Set(rows.map(([id]) => id)).size
      const counted = [...(proof?.evidence.matchAll(/(\d+) (employed|left|start|cannot)/g) ?? [])]
      expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(people)
      expect(new Set(out.map((each) => each.fields['id'])).size).toBe(out.length)
    }),
    { numRuns: 60 },
  )
})
