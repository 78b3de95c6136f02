/** All mapping tests of a configuration: found, read, and run one after the other. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigProblem } from '../../config/load.ts'
import { isSyncError, messageOf } from '../../core/errors.ts'
import type { ResourceSpec, Settings } from '../../core/resource.ts'
import type { CheckResult } from '../../testing/test-connector.ts'
import { compareOutcome, type Difference } from './compare.ts'
import { findTestFiles } from './find-files.ts'
import type { MappingTest } from './mapping-test.ts'
import { readTestFile } from './read-file.ts'
import { runMappingTest } from './run-test.ts'
import { sayDifferences } from './say.ts'

/** The tests of one resource in one file. */
export interface MappingTestGroup {
  readonly file: string
  readonly resource: string
  readonly tests: readonly MappingTest[]
}

export interface MappingResult extends CheckResult {
  /** Where the test stands: `vanta.tests.yaml:12:5`. */
  readonly at: string
  /** Field by field; only when it failed, and came so far. */
  readonly differences?: readonly Difference[]
}

export interface TestSource {
  /** The configuration, as the user named it. */
  readonly config: string
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

export type FoundTests =
  | { readonly groups: readonly MappingTestGroup[] }
  | { readonly problems: readonly ConfigProblem[] }

/** Everything that is wrong with any of the files, or all tests. */
export async function findMappingTests({ config, settings, env, signal }: TestSource): Promise<FoundTests> {
  const found = await findTestFiles(config)
  const problems = [...found.problems]
  const groups: MappingTestGroup[] = []
  for (const file of found.files) {
    const read = await readTestFile({ file, settings, env, signal })
    if ('problems' in read) problems.push(...read.problems)
    else groups.push(...groupsOf(file, read.tests))
  }
  return problems.length > 0 ? { problems } : { groups }
}

function groupsOf(file: string, tests: readonly MappingTest[]): MappingTestGroup[] {
  const resources = new Set(tests.map(({ resource }) => resource.name))
  return [...resources].map((resource) => ({
    file,
    resource,
    tests: tests.filter((test) => test.resource.name === resource),
  }))
}

/** Does a configured connector of this name feed the resource, by itself or joined to a source? */
export function isFedBy({ sources }: ResourceSpec, connector: string): boolean {
  const uses = sources.flatMap((source) => [source, ...(source.joins ?? [])])
  return uses.some(({ name }) => name === connector || name.startsWith(`${connector} (`))
}

export interface RunHow {
  readonly settings: Settings
  readonly signal: AbortSignal
  onResult(result: MappingResult): void
}

export async function runMappingTests({ tests }: MappingTestGroup, how: RunHow): Promise<readonly MappingResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-mapping-'))
  const results: MappingResult[] = []
  try {
    for (const test of tests) {
      const result = await runOne(test, how, join(folder, randomUUID()))
      how.signal.throwIfAborted()
      results.push(result)
      how.onResult(result)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return results
}

async function runOne(test: MappingTest, { settings, signal }: RunHow, folder: string): Promise<MappingResult> {
  const start = performance.now()
  const { name, at } = test
  const spent = (): number => Math.round(performance.now() - start)
  try {
    const outcome = await runMappingTest(test, { settings, signal, folder })
    const differences = compareOutcome(test, outcome)
    if (differences.length === 0) return { name, at, ok: true, ms: spent() }
    const message = sayDifferences(differences, outcome.unusedColumns)
    return { name, at, ok: false, message, differences, ms: spent() }
  } catch (error) {
    // Anything else is a bug of ours, and no verdict on the mapping.
    if (!isSyncError(error)) throw error
    return { name, at, ok: false, message: `${at} ${messageOf(error)}`, ms: spent() }
  }
}
