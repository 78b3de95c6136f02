import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePattern } from '../../../core/mapping/pattern.ts'
import { matchesPattern } from '../../../core/mapping/pattern-match.ts'

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\s',
  '^',
  '$',
  '\\b',
  '\\B',
  '1',
  '\\.',
  '[a-c]',
  'é',
  '[\\w-]',
)
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map((parts) => `(?:${parts.join('|')})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
      .map(([part, times]) => `(${part})${times}`),
  ),
}))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', '-', ' ', 'é'), maxLength: 8 })

test('any pattern says of any text what JavaScript says', () => {
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      expect(matchesPattern(compilePattern(source), subject)).toBe(new RegExp(source, 'u').test(subject))
    }),
    { numRuns: 5000 },
  )
})

test('a character beyond the basic plane is one character', () => {
  expect(matchesPattern(compilePattern('^.$'), '😀')).toBe(true)
  expect(matchesPattern(compilePattern('^[😀é]{2}$'), 'é😀')).toBe(true)
})

test('(?i) ignores the letter case', () => {
  expect(matchesPattern(compilePattern('(?i)^ADMIN[a-z]$'), 'adminX')).toBe(true)
  expect(matchesPattern(compilePattern('^ADMIN'), 'admin')).toBe(false)
})

test.each(['^(a+)+$', '^(a|a)*$', '(a*)*b', '(?:a?){30}a{30}b'])(
  '%s takes time that grows with the text and no faster',
  (source) => {
    const program = compilePattern(source)
    const started = performance.now()
    expect(matchesPattern(program, `${'a'.repeat(2000)}!`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  },
)

test.each([
  '(',
  'a)',
  '[a',
  '*a',
  'a**',
  '\\q',
  '(?<n>a)',
  '(?=a)',
  'a{3,2}',
  '(a{100}){100}',
  '[b-a]',
  '('.repeat(60),
  '\\',
])('%s is refused, with the reason', (source) => {
  expect(() => compilePattern(source)).toThrow(SyntaxError)
})
