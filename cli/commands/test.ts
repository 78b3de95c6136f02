import { EXIT } from '../../core/errors.ts'
import type { CheckResult } from '../../testing/test-connector.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { type MappingResult, runMappingTests } from '../mapping-tests/mapping-tests.ts'
import { createPaint } from '../render/paint.ts'
import { checkLine, closingSentence, mappingLine, type TestSection } from '../render/test-text.ts'
import { findTests, type Tests, type TestTarget } from '../test-targets.ts'

/**
 * Runs mapping tests, and the conformance suite on one connector or on all that bring a fixture; exits 1 when one of
 * them says no.
 */
export async function testCommand(io: Io, options: GlobalOptions, { name }: { name?: string }): Promise<number> {
  const tests = await findTests(io, options, name)
  const mappings = await testMappings(io, options, tests)
  const connectors: TestSection[] = []
  for (const target of tests.targets) connectors.push(await testOne(io, options, target))
  const all = [...mappings, ...connectors]
  const checks = all.flatMap((section) => section.checks)
  const exitCode = checks.length > 0 && checks.every(({ ok }) => ok) ? EXIT.done : EXIT.no
  if (options.json) io.out(`${JSON.stringify({ command: 'test', exitCode, connectors, mappings }, null, 2)}\n`)
  else if (!options.quiet || exitCode !== EXIT.done) io.out(closingSentence(all))
  return exitCode
}

async function testMappings(io: Io, options: GlobalOptions, { mappings }: Tests): Promise<readonly TestSection[]> {
  if (mappings === undefined) return []
  const { settings, groups } = mappings
  const { headline, onResult } = printer<MappingResult>(io, options, mappingLine)
  const sections: TestSection[] = []
  for (const group of groups) {
    headline(group.resource, `mapping tests of ${group.file}`)
    const checks = await runMappingTests(group, { settings, signal: io.signal, onResult })
    sections.push({ name: group.resource, checks })
  }
  // What was left out may be why.
  const isWrong = sections.some(({ checks }) => checks.some(({ ok }) => !ok))
  if (isWrong) for (const warning of settings.warnings) io.err(`warning: ${warning}\n`)
  return sections
}

async function testOne(io: Io, options: GlobalOptions, { name, how, run }: TestTarget): Promise<TestSection> {
  const { headline, onResult } = printer<CheckResult>(io, options, checkLine)
  headline(name, how)
  const { checks } = await run({ signal: io.signal, onResult })
  return { name, checks }
}

interface Printer<T> {
  headline(name: string, how: string): void
  onResult(result: T): void
}

/** Prints each result as it comes: some take seconds. */
function printer<T extends CheckResult>(
  io: Io,
  { json, quiet }: GlobalOptions,
  line: (result: T, paint: ReturnType<typeof createPaint>) => string,
): Printer<T> {
  const paint = createPaint(io.colour)
  let last: string | undefined
  return {
    headline(name, how) {
      if (!json && !quiet) io.out(`${paint('bold', name)}, ${how}\n`)
    },
    onResult(result) {
      if (json || (quiet && result.ok)) return
      // One fault often fails many checks, and is said once.
      const isSame = result.message !== undefined && result.message === last
      last = result.message
      io.out(line(isSame ? { ...result, message: 'the same' } : result, paint))
    },
  }
}
