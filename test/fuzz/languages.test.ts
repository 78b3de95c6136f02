/** The small languages of the configuration: whatever is written, it is understood or refused with a sentence. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCron } from '../../core/schedule/cron.ts'
import { parseDuration, sayDuration } from '../../core/text/duration.ts'
import { compile, mapOne, NOW } from '../core/mapping/fixture.ts'

const RUNS = { numRuns: 300, seed: 12 }
const LONGEST = 1500
const SLOWEST_MS = 3000
/** The value of a row's field. */
const CANARY = 'qanary-cell'
const FIELDS = {
  id: '7',
  name: CANARY,
  date: '2024-02-30',
  list: [CANARY, 1, null],
  nested: { deep: { deeper: CANARY } },
}

const token = fc.constantFrom(
  ...'{{ }} ( ) [ ] { } . , : ? ?: ! && || == != < > + - * / % in null true false \' " \\ row id name list nested'.split(
    ' ',
  ),
  ...'trim lower upper split join replace default first last date timestamp matches size int string double has'.split(
    ' ',
  ),
  'name.trim()',
  'list[0]',
  'nested.deep.deeper',
  '9999999999999999999',
  "'(a+)+$'",
  '1 / 0',
  '\0',
  '\ud800',
  'é',
  '__proto__',
  'constructor',
  'toString',
  'row["name"]',
  "matches(name, '(a|a)*b')",
  "date(date, 'yyyy')",
)
const expression = fc.oneof(
  fc.array(token, { maxLength: 12 }).map((tokens) => `{{ ${tokens.join(' ')} }}`),
  fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.nat({ max: 3000 }).map((depth) => `{{ ${'('.repeat(depth)}1${')'.repeat(depth)} }}`),
  fc.nat({ max: 2000 }).map((length) => `{{ ${'!'.repeat(length)}true }}`),
)

function judge(sentences: readonly string[]): void {
  for (const sentence of sentences) {
    expect(sentence.length).toBeLessThan(LONGEST)
    expect(sentence).not.toContain(CANARY)
  }
}

describe('a mapping expression', () => {
  it('compiles or is a problem, and gives a value or a problem that holds none', () => {
    fc.assert(
      fc.property(expression, (template) => {
        const startedAt = performance.now()
        const compiled = compile({ roleDescription: template })
        if ('problems' in compiled) {
          expect(compiled.problems.length).toBeGreaterThan(0)
          judge(compiled.problems.map(({ message }) => message))
        } else {
          const { problems } = mapOne({ roleDescription: template }, FIELDS)
          judge(problems.map(({ message }) => message))
        }
        expect(performance.now() - startedAt).toBeLessThan(SLOWEST_MS)
      }),
      RUNS,
    )
  })

  it('gives the same for the same row, as often as it is asked', () => {
    fc.assert(
      fc.property(expression, (template) => {
        const compiled = compile({ roleDescription: template })
        if ('problems' in compiled) return
        const [first, second] = [1, 2].map(() =>
          compiled.mapping.start({ now: NOW }).map({ at: 'x:1', fields: FIELDS }),
        )
        expect(second).toEqual(first)
      }),
      RUNS,
    )
  })
})

describe('a cron expression', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '*',
      '0',
      '59',
      '60',
      '*/5',
      '*/0',
      '1-5',
      '5-1',
      'L',
      'LW',
      '15W',
      '31W',
      '1#5',
      '5L',
      'MON',
      'jan',
      '?',
    ),
    fc.constantFrom('', ',', '-', '/', '1,,2', '1-', '*/*', '99999999999', '-1', '1.5', 'NaN', '1-2-3', '1/2/3', 'Ｌ'),
    fc.array(fc.nat({ max: 70 }), { maxLength: 5 }).map((list) => list.join(',')),
  )
  const text = fc.oneof(
    fc.array(part, { minLength: 4, maxLength: 6 }).map((parts) => parts.join(' ')),
    fc.constantFrom('@daily', '@reboot', '@', '@daily @daily', ''),
    fc.string({ maxLength: 30, unit: 'binary' }),
  )

  it('is read with minutes and hours that there are, or is none', () => {
    fc.assert(
      fc.property(text, (written) => {
        const startedAt = performance.now()
        const cron = parseCron(written)
        for (const minute of cron?.minutes ?? []) expect(minute).toSatisfy((value: number) => value >= 0 && value < 60)
        for (const hour of cron?.hours ?? []) expect(hour).toSatisfy((value: number) => value >= 0 && value < 24)
        expect(performance.now() - startedAt).toBeLessThan(SLOWEST_MS)
      }),
      RUNS,
    )
  })
})

describe('a duration', () => {
  it('is a whole number of milliseconds that can be waited for, or none', () => {
    const text = fc.oneof(
      fc.tuple(fc.nat(), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w', '', 'S', ' h')).map((parts) => parts.join('')),
      fc.string({ maxLength: 12, unit: fc.constantFrom('0', '1', '9', 's', 'm', 'h', 'd', '.', '-', ' ', 'e') }),
      fc.string({ maxLength: 12, unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, (written) => {
        const ms = parseDuration(written)
        if (ms === undefined) return
        expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true)
        expect(sayDuration(ms).length).toBeLessThan(40)
      }),
      RUNS,
    )
  })
})
