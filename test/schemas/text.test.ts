import { describe, expect, it } from 'vitest'
import { isWellFormed } from '../../schemas/text.ts'

describe('isWellFormed', () => {
  it.each([
    ['plain text', 'Ada', true],
    ['a whole surrogate pair', 'a😀', true],
    ['half of one', 'a\ud83d', false],
    ['a zero character, at which a database would end the text', 'a\0b', false],
  ])('of %s', (_, text, expected) => {
    expect(isWellFormed(text)).toBe(expected)
  })
})
