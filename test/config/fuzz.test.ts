import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../config/load.ts'
import { ENV, load } from './fixture.ts'

const EXAMPLE = readFileSync(new URL('example.yaml', import.meta.url), 'utf8')
const LINES = EXAMPLE.split('\n')

/** Values that the file only refers to: whatever becomes of the file, no message may hold one. */
const SECRETS = { secretInVariable: 'vcs_Zq7-canary-variable', secretInFile: 'Xk9-canary-file' }
const WORLD = {
  env: { ...ENV, PEOPLE_X_CLIENT_ID: SECRETS.secretInVariable, SLACK_WEBHOOK: SECRETS.secretInVariable },
  files: { 'secret.txt': SECRETS.secretInFile },
}

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '<<: *a',
  '|',
  '>',
  '!x ',
  '%',
  '@',
  '\t',
  '  ',
  '\n',
  'null',
  'true',
  '0',
  '-1',
  '{{ x }}',
  '{ env: SLACK_WEBHOOK }',
  '{ file: secret.txt }',
  '{ exec: [no-such-command-here] }',
  'x-a: 1',
  '__proto__: 1',
  'constructor',
  '\u0000',
  '\ud800',
  '🦊',
]

type Mutation = (text: string) => string

const place = fc.double({ min: 0, max: 1, noNaN: true })

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...PIECES)).map(
    ([at, piece]): Mutation =>
      (text) => {
        const offset = Math.floor(at * text.length)
        return text.slice(0, offset) + piece + text.slice(offset)
      },
  ),
  fc.tuple(place, fc.nat(40)).map(
    ([at, length]): Mutation =>
      (text) => {
        const offset = Math.floor(at * text.length)
        return text.slice(0, offset) + text.slice(offset + length)
      },
  ),
  fc.tuple(fc.nat(LINES.length - 1), fc.nat(LINES.length - 1)).map(
    ([from, to]): Mutation =>
      (text) => {
        const lines = text.split('\n')
        lines.splice(to, 0, LINES[from] ?? '')
        return lines.join('\n')
      },
  ),
  fc.tuple(fc.nat(LINES.length - 1), fc.constantFrom(...PIECES)).map(
    ([index, piece]): Mutation =>
      (text) => {
        const lines = text.split('\n')
        lines[index % lines.length] = (lines[index % lines.length] ?? '').replace(/: .*$/, `: ${piece}`)
        return lines.join('\n')
      },
  ),
  fc.nat(12).map(
    (indent): Mutation =>
      (text) =>
        text.replace(/\n +/, `\n${' '.repeat(indent)}`),
  ),
)

describe('whatever is done to a configuration', () => {
  test('it gives problems with places or settings, never an exception, and no secret in any message', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const text = mutations.reduce((config, mutate) => mutate(config), EXAMPLE)
        const result = await load(text, WORLD)
        if ('settings' in result) {
          for (const warning of result.settings.warnings) expectNoSecret(warning)
          return
        }
        expect(result.problems.length).toBeGreaterThan(0)
        for (const problem of result.problems) {
          expect(problem.at).toMatch(/vanta\.config\.yaml(?::\d+:\d+)?$/)
          expectNoSecret(formatProblem(problem))
        }
      }),
      { numRuns: 400 },
    )
  })
})

function expectNoSecret(said: string): void {
  for (const secret of Object.values(SECRETS)) expect(said).not.toContain(secret)
}
