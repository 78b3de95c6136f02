/** One test, matched with the resource that it is about. */
import type { Path } from '../../config/path.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { isDateTime } from '../../schemas/date-time.ts'
import { readExpectedRecord } from './expected.ts'
import type { ExpectedProblem, ExpectedRecord, MappingTest } from './mapping-test.ts'
import { readFeeds } from './read-feeds.ts'
import type { TestReader } from './test-reader.ts'
import type { WrittenProblem, WrittenTest, WrittenTestFile } from './written-test.ts'

export interface TestAt {
  readonly written: WrittenTest
  readonly file: WrittenTestFile
  readonly path: Path
}

/** Undefined when something of it is wrong, which was reported. */
export async function readTest(reader: TestReader, { written, file, path }: TestAt): Promise<MappingTest | undefined> {
  const resource = resourceOf(reader, { written, file, path })
  needExpectation(reader, written, path)
  const now = nowOf(reader, { written, file, path })
  if (resource === undefined) return undefined
  const feeds = readFeeds(reader, { written, resource, path })
  const records = await readRecords(reader, { written, resource, path })
  const rows = feeds.flatMap((feed) => feed.rows.map(({ at }) => at))
  const problems = readProblems(reader, { problems: written.problems ?? [], rows, path })
  const at = reader.placeOf(reader.reading.report.offsetOf(path))
  return { name: written.name ?? '', at, resource, now, feeds, records, exact: written.exact === true, problems }
}

function resourceOf({ reading, settings }: TestReader, { written, file, path }: TestAt): ResourceSpec | undefined {
  const { resources } = settings
  const name = written.resource ?? file.resource
  const names = resources.map((each) => each.name)
  const at = written.resource === undefined && file.resource !== undefined ? ['resource'] : [...path, 'resource']
  const expected = `a resource of the configuration: ${names.join(', ')}`
  if (name === undefined) {
    const [only, ...others] = resources
    if (others.length === 0) return only
    reading.report.add({ code: 'missing-key', path: at, message: 'is missing, and there are several', expected })
    return undefined
  }
  const found = resources.find((each) => each.name === name)
  if (found !== undefined) return found
  const nearest = nearestName(name, names)
  reading.report.add({
    code: 'unknown-resource',
    path: at,
    message: 'is no resource of the configuration',
    expected,
    nearest,
  })
  return undefined
}

function needExpectation({ reading }: TestReader, written: WrittenTest, path: Path): void {
  if (written.records !== undefined || written.problems !== undefined) return
  if (reading.report.has([...path, 'records']) || reading.report.has([...path, 'problems'])) return
  reading.report.add({
    code: 'no-expectation',
    path,
    message: 'expects nothing, and could not fail',
    expected: 'records, problems, or both',
  })
}

function nowOf({ reading }: TestReader, { written, file, path }: TestAt): number | undefined {
  const text = written.now ?? file.now
  if (text === undefined) return undefined
  if (isDateTime(text)) return Date.parse(text)
  reading.report.add({
    code: 'bad-instant',
    path: written.now === undefined ? ['now'] : [...path, 'now'],
    message: 'is no instant',
    expected: 'a date and time with its offset, as in 2026-11-23T09:30:00Z',
  })
  return undefined
}

async function readRecords(
  { reading, placeOf }: TestReader,
  { written, resource, path }: { written: WrittenTest; resource: ResourceSpec; path: Path },
): Promise<readonly ExpectedRecord[] | undefined> {
  if (written.records === undefined) return undefined
  const records: ExpectedRecord[] = []
  for (const [index, record] of written.records.entries()) {
    if (record === undefined) continue
    const at = { reading, type: resource.type, path: [...path, 'records', index], placeOf }
    records.push(await readExpectedRecord(record, at))
  }
  return records
}

interface ProblemsAt {
  readonly problems: readonly (WrittenProblem | undefined)[]
  /** Places of the rows, in the order of the test. */
  readonly rows: readonly string[]
  readonly path: Path
}

function readProblems({ reading, placeOf }: TestReader, { problems, rows, path }: ProblemsAt): ExpectedProblem[] {
  const expected: ExpectedProblem[] = []
  for (const [index, written] of problems.entries()) {
    if (written?.field === undefined) continue
    const at = [...path, 'problems', index]
    const { field, code, message, row } = written
    const place = row === undefined ? undefined : rows[row - 1]
    if (row !== undefined && place === undefined)
      reading.report.add({
        code: 'out-of-range',
        path: [...at, 'row'],
        message: 'is no row of the test',
        expected: `at most ${rows.length}`,
      })
    expected.push({
      at: placeOf(reading.report.offsetOf(at)),
      field,
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message }),
      ...(place === undefined ? {} : { row: place }),
    })
  }
  return expected
}
