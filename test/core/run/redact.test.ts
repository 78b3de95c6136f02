import { expect, test } from 'vitest'
import { maskPlaces } from '../../../core/run/redact.ts'

const digest = (text: string): string => `${text.length}`.padStart(10, '0')

function refused(at: string): string {
  return `Vanta refused the set because of the record from ${at}: it has too much`
}

const CASES: readonly (readonly [string, string, string])[] = [
  ['the name of an entry', 'cn=Ada,dc=example', '#0000000017'],
  ['a name that holds a colon', 'cn=Lovelace: Ada,dc=example', '#0000000027'],
  ['the line of a file', 'laptops.csv:12', 'laptops.csv:12'],
]

test.each(CASES)('of a place, %s is masked as far as it may name a person', (_, place, masked) => {
  expect(maskPlaces(refused(place), digest)).toBe(refused(masked))
})

test('what follows the line of a file is told whole', () => {
  const sentence = 'Vanta refused the set because of the record from a.csv:3: too many fields. Extra keys: a, b'
  expect(maskPlaces(sentence, digest)).toBe(sentence)
})
