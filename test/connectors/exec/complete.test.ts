import { describe, expect, test } from 'vitest'
import { toInstant } from '../../../core/clock.ts'
import { Secret } from '../../../core/secret.ts'
import { END, failureOf, printing, readNode, readShell } from './fixture.ts'

const statement = (said: unknown): string => JSON.stringify({ 'vanta-sync': said })

describe('a program that ends well', () => {
  test('gives its rows with their lines, and is complete', async () => {
    const { rows, proof, columns } = await readShell(printing('{"id":"E-1","n":1}', '{"id":"E-2"}', END(2)))
    expect(rows.map((row) => [row.at, { ...row.fields }])).toEqual([
      ['people.sh line 1', { id: 'E-1', n: 1 }],
      ['people.sh line 2', { id: 'E-2' }],
    ])
    expect(columns).toBeUndefined()
    expect(proof).toMatchObject({ complete: true, rows: 2 })
    expect(proof?.evidence).toBe('people.sh ended with code 0, its end line agrees')
  })

  test('may have no rows at all, when it says so', async () => {
    const { rows, proof } = await readShell(printing(END(0)))
    expect(rows).toEqual([])
    expect(proof).toMatchObject({ complete: true, rows: 0 })
  })

  test('may leave the last line break out', async () => {
    const { proof } = await readShell(`printf '%s\\n%s' '{"id":"E-1"}' '${END(1)}'`)
    expect(proof).toMatchObject({ complete: true, rows: 1 })
  })

  test('may write a byte order mark, CRLF and empty lines; lines are counted as they are', async () => {
    const { rows, proof } = await readShell(
      `printf '\\357\\273\\277{"id":"é"}\\r\\n\\r\\n  \\n{"id":"b"}\\r\\n%s\\r\\n\\n' '${END(2)}'`,
    )
    expect(rows.map((row) => [row.at, row.fields['id']])).toEqual([
      ['people.sh line 1', 'é'],
      ['people.sh line 4', 'b'],
    ])
    expect(proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('says of what time its data speaks, and how it knows; else it is the time when it was started', async () => {
    const asOf = '2026-01-02T03:04:05.123456+01:00'
    const said = await readShell(printing(statement({ complete: true, rows: 0, asOf, evidence: 'last page seen' })))
    expect(toInstant(said.proof?.asOf.getTime() ?? 0)).toBe('2026-01-02T02:04:05Z')
    expect(said.proof?.evidence).toMatch(/agrees: last page seen$/)
    const before = Date.now()
    const silent = await readShell(`sleep 0.2\n${printing(END(0))}`)
    expect(silent.proof?.asOf.getTime()).toBeGreaterThanOrEqual(before)
    expect(silent.proof?.asOf.getTime()).toBeLessThan(Date.now() - 150)
  })

  test('announces its columns when its first line names them', async () => {
    const { columns, proof } = await readShell(printing(statement({ columns: ['id', 'name'] }), '{"id":"E-1"}', END(1)))
    expect(columns).toEqual(['id', 'name'])
    expect(proof).toMatchObject({ complete: true })
  })

  test('keeps ids as they are written: long numbers, leading zeros, nested values', async () => {
    const line = '{"id":1234567890123456789,"code":"007","tags":["a"],"boss":{"id":9007199254740993},"gone":null}'
    const { rows } = await readShell(printing(line, END(1)))
    expect(rows[0]?.fields).toEqual({
      id: '1234567890123456789',
      code: '007',
      tags: ['a'],
      boss: { id: '9007199254740993' },
      gone: null,
    })
  })

  test('has fields without a prototype, so that no column is found that is not there', async () => {
    const { rows } = await readShell(printing('{"__proto__":"x","id":1}', END(1)))
    expect(Object.keys(rows[0]?.fields ?? {})).toEqual(['__proto__', 'id'])
    expect(rows[0]?.fields['constructor']).toBeUndefined()
  })

  test('is read in batches however its lines are cut into pieces', async () => {
    const { rows, proof } = await readNode(`
      const lines = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ id: i, name: 'Zoë'.repeat(i % 40) }) + '\\n')
      lines.push('${END(5000)}\\n')
      const bytes = Buffer.from(lines.join(''))
      for (let from = 0; from < bytes.length; from += 7919) {
        if (!process.stdout.write(bytes.subarray(from, from + 7919))) await new Promise((done) => process.stdout.once('drain', done))
      }`)
    expect(rows).toHaveLength(5000)
    expect(rows[4999]).toMatchObject({ at: 'node line 5000' })
    expect(rows.every((row, i) => row.fields['id'] === i && row.fields['name'] === 'Zoë'.repeat(i % 40))).toBe(true)
    expect(proof).toMatchObject({ complete: true, rows: 5000 })
  })
})

test('what the end line says is shown without secrets, and shortened', async () => {
  const options = { secretEnv: { TOKEN: new Secret('hush-hush') } }
  for (const complete of [true, false]) {
    const evidence = `asked with hush-hush ${'x'.repeat(500)}`
    const { proof } = await readShell(printing(statement({ complete, rows: 0, evidence })), { options })
    expect(proof).toMatchObject({ complete })
    expect(proof?.evidence).toContain('asked with [secret] xxx')
    expect(proof?.evidence.length).toBeLessThan(320)
  }
})

describe('a program that ends with code 0 is incomplete', () => {
  const row = '{"id":"E-1"}'
  test.each([
    ['without an end line', [row], 'after 1 row, but without the end line'],
    ['without a word', [], 'after 0 rows, but without the end line'],
    ['when the count is another', [row, END(2)], 'its end line counts 2 rows, and 1 came'],
    [
      'when it says so',
      [row, statement({ complete: false, evidence: 'page 7 of 9 failed' })],
      'its end line says that it is not complete: page 7 of 9 failed',
    ],
    ['when a row follows the end line', [row, END(1), row], 'people.sh line 3 follows the end line'],
    ['when a second end line follows', [row, END(1), END(1)], 'people.sh line 3 follows the end line'],
    ['when a word follows the end line', [row, END(1), 'done'], 'people.sh line 3 follows the end line'],
    [
      'when its data is of the future',
      [statement({ complete: true, rows: 0, asOf: '2999-01-01T00:00:00Z' })],
      'lies in the future',
    ],
  ])('%s', async (_, lines, evidence) => {
    const { proof, rows } = await readShell(printing(...lines))
    expect(proof?.complete).toBe(false)
    expect(proof?.rows).toBe(rows.length)
    expect(proof?.evidence).toContain(evidence)
  })
})

describe('a line that is no row fails the read with its number, and without its text', () => {
  const row = '{"id":"E-1"}'
  test.each([
    ['no JSON', [row, 'Traceback secret', END(1)], /^people\.sh line 2 is no JSON: a character stands where none may/],
    ['a row over two lines', [row, '{"id":', '"secret"}', END(2)], /^people\.sh line 2 is no JSON: it ends too early/],
    ['a list', ['[{"id":"secret"}]', END(1)], /^people\.sh line 1 is a list of 1 item, not a JSON object$/],
    ['text', ['"secret"', END(1)], /^people\.sh line 1 is text of 6 characters, not a JSON object$/],
    ['two rows', ['{"id":1} {"id":2}', END(2)], /^people\.sh line 1 is no JSON/],
    [
      'columns after a row',
      [row, statement({ columns: ['id'] }), END(1)],
      /line 2 names the columns after the first row$/,
    ],
    [
      'columns twice',
      [statement({ columns: ['id'] }), statement({ columns: ['id'] }), END(0)],
      /line 2 names the columns a second time$/,
    ],
    ['a column twice', [statement({ columns: ['id', 'id'] }), END(0)], /line 1 names a column twice$/],
    [
      'columns that are no names',
      [statement({ columns: 'id' }), END(0)],
      /line 1 has text of 2 characters as "columns"/,
    ],
    ['columns and more', [statement({ columns: ['id'], rows: 1 }), END(0)], /line 1 names the columns and says more/],
    [
      'a key that the columns do not name',
      [statement({ columns: ['id'] }), '{"id":1,"nmae":2}', END(1)],
      /line 2 has "nmae", which the columns line does not name$/,
    ],
    [
      'an end line that misspells',
      [statement({ complete: true, row: 1 })],
      /unknown key in its "vanta-sync"; did you mean "rows"\?/,
    ],
    ['an end line without a count', [statement({ complete: true })], /has nothing as "rows"/],
    [
      'an end line whose count is text',
      [statement({ complete: true, rows: '1' })],
      /has text of 1 character as "rows"/,
    ],
    ['an end line without an answer', [statement({ rows: 1 })], /has nothing as "complete"/],
    ['a time without a zone', [statement({ complete: true, rows: 0, asOf: '2026-01-02T03:04:05' })], /as "asOf"/],
    ['evidence that is no text', [statement({ complete: true, rows: 0, evidence: 7 })], /a whole number as "evidence"/],
    ['a statement that is no object', [statement(true)], /has a boolean as "vanta-sync"/],
    [
      'a row that is a statement too',
      ['{"vanta-sync":{"complete":true,"rows":0},"id":1}'],
      /neither a row nor a statement$/,
    ],
  ])('%s', async (_, lines, message) => {
    const failure = await failureOf(readShell(printing(...lines)))
    expect(failure.code).toBe('exec-line')
    expect(failure.message).toMatch(message)
    expect(failure.message).not.toContain('secret')
    expect(failure.hint).toBeTruthy()
  })

  test.each([
    ['bytes that are no UTF-8', `printf '{"id":1}\\n{"id":"\\351"}\\n'`, 'people.sh line 2 is not UTF-8'],
    ['UTF-16', `printf '\\377\\376{\\000}\\000\\n\\000'`, 'people.sh line 1 is UTF-16, not UTF-8'],
    ['a zero byte', `printf '{"id":1}\\n{"id":"\\000"}\\n'`, 'people.sh line 2 has a zero byte'],
    [
      'a last line that breaks off',
      `printf '{"id":1}\\n{"id":"sec'`,
      'people.sh line 2 breaks off: it is no JSON: it ends too early',
    ],
    [
      'a last line cut within a letter',
      `printf '{"id":1}\\n{"id":"\\303'`,
      'people.sh line 2 breaks off: it is not UTF-8',
    ],
  ])('%s', async (_, text, message) => {
    const failure = await failureOf(readShell(text))
    expect(failure.code).toBe('exec-line')
    expect(failure.message).toContain(message)
  })

  test('a line that never ends is stopped at maxRow', async () => {
    const endless = `printf '{"id":"'; yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | tr -d '\\n'`
    const failure = await failureOf(readShell(endless, { options: { maxRow: '1MiB' } }))
    expect(failure.message).toBe('people.sh line 1 is longer than 1048576 bytes: a line break is missing')
  })
})
