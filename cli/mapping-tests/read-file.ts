/** A file of mapping tests → tests, or everything that is wrong with it. */
import path from 'node:path'
import { LineCounter } from 'yaml'
import type { ConfigProblem } from '../../config/load.ts'
import { parseConfig } from '../../config/parse.ts'
import { createReading, settle } from '../../config/reading.ts'
import { readValue } from '../../config/read-value.ts'
import { createReport } from '../../config/report.ts'
import { readConfigText } from '../../config/source.ts'
import { checkStructure } from '../../config/structure.ts'
import type { Settings } from '../../core/resource.ts'
import type { MappingTest } from './mapping-test.ts'
import { readTest } from './read-test.ts'
import { mappingTestSchema } from './schema.ts'
import type { TestReader } from './test-reader.ts'
import type { WrittenTestFile } from './written-test.ts'

export interface ReadOptions {
  /** As the user would name it; places begin with it. */
  readonly file: string
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

export type ReadResult = { readonly tests: readonly MappingTest[] } | { readonly problems: readonly ConfigProblem[] }

export async function readTestFile({ file, settings, env, signal }: ReadOptions): Promise<ReadResult> {
  const source = await readConfigText(file)
  if ('problem' in source) return { problems: [source.problem] }
  const lines = new LineCounter()
  const report = createReport(file, lines)
  const written = parseConfig(source.text, lines, report)
  if (written === undefined) return { problems: report.problems().map(asOfTests) }
  const around = { env, folder: path.dirname(path.resolve(file)), signal }
  const reading = createReading({ report, around, registry: settings.secrets, secrets: 'ignore', unresolved: 'refuse' })
  let data: unknown
  readValue(reading, { written, node: mappingTestSchema, path: [] }, (value) => {
    data = value
  })
  await settle(reading)
  checkStructure(reading, mappingTestSchema, data)
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data)
  const tests = await readTests({ reading, settings, placeOf }, (isObject ? data : {}) as WrittenTestFile)
  const problems = report.problems()
  return problems.length > 0 ? { problems } : { tests }
}

/** What a file that says nothing should say depends on what it is for. */
function asOfTests(problem: ConfigProblem): ConfigProblem {
  return problem.code === 'config-empty' ? { ...problem, code: 'tests-empty', expected: 'tests' } : problem
}

async function readTests(reader: TestReader, file: WrittenTestFile): Promise<MappingTest[]> {
  const tests: MappingTest[] = []
  const names = new Map<string, number>()
  for (const [index, written] of file.tests?.entries() ?? []) {
    if (written === undefined) continue
    noteName(reader, names, { name: written.name, index })
    const test = await readTest(reader, { written, file, path: ['tests', index] })
    if (test !== undefined) tests.push(test)
  }
  return tests
}

/** A report of two tests by one name says nothing. */
function noteName(
  { reading }: TestReader,
  names: Map<string, number>,
  { name, index }: { name: string | undefined; index: number },
): void {
  if (name === undefined) return
  const first = names.get(name)
  names.set(name, first ?? index)
  if (first === undefined) return
  const message = `is the name of tests[${first}], too`
  reading.report.add({ code: 'duplicate-name', path: ['tests', index, 'name'], message, expected: 'a name for each' })
}
