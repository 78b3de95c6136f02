import type { CheckResult } from '../../testing/test-connector.ts'
import type { MappingResult } from '../mapping-tests/mapping-tests.ts'
import type { Paint } from './paint.ts'

/** What was tested, and what came of it. */
export interface TestSection {
  readonly name: string
  readonly checks: readonly CheckResult[]
}

export function checkLine({ name, ok, message, ms }: CheckResult, paint: Paint): string {
  const mark = ok ? paint('green', '✓') : paint('red', '✗')
  const time = paint('dim', sayTime(ms))
  const why = message === undefined ? '' : `    ${message.replaceAll('\n', '\n    ')}\n`
  return `  ${mark} ${name} ${time}\n${why}`
}

/** The place of a failed test comes with it. */
export function mappingLine(result: MappingResult, paint: Paint): string {
  return checkLine(result.ok ? result : { ...result, name: `${result.name} (${result.at})` }, paint)
}

function sayTime(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** The outcome in words. */
export function closingSentence(sections: readonly TestSection[]): string {
  const checks = sections.flatMap((section) => section.checks)
  if (checks.length === 0)
    return 'There is nothing to test: no configured connector has a fixture beside its module, and no mapping tests (vanta.tests.yaml) lie beside the configuration. Name a connector to test it with its own options.\n'
  const failed = checks.filter(({ ok }) => !ok).length
  if (failed === 0) return `All ${checks.length} checks hold: ${namesOf(sections)}.\n`
  const wrong = sections.filter((section) => section.checks.some(({ ok }) => !ok))
  return `${failed} of ${checks.length} checks ${failed === 1 ? 'says' : 'say'} no: ${namesOf(wrong)}.\n`
}

/** Mapping tests of one resource may lie in several files. */
function namesOf(sections: readonly TestSection[]): string {
  return [...new Set(sections.map(({ name }) => name))].join(', ')
}
