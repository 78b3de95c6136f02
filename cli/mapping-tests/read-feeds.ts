/** The rows that a test gives to the sources of its resource. */
import type { Path } from '../../config/path.ts'
import type { WrittenMap } from '../../config/written.ts'
import type { Row } from '../../core/connector.ts'
import type { ReadableSource, ResourceSpec, SourceSpec } from '../../core/resource.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { readCells } from './cells.ts'
import type { Feed } from './mapping-test.ts'
import type { TestReader } from './test-reader.ts'
import type { WrittenFeed, WrittenTest } from './written-test.ts'

interface FeedsAt {
  readonly written: WrittenTest
  readonly resource: ResourceSpec
  readonly path: Path
}

export function readFeeds(reader: TestReader, { written, resource, path }: FeedsAt): readonly Feed[] {
  if (written.from === undefined) {
    needRows(reader, written, path)
    return present([readFeed(reader, { written, resource, path })])
  }
  refuseBoth(reader, written, path)
  const feeds = written.from.map((each, index) =>
    each === undefined ? undefined : readFeed(reader, { written: each, resource, path: [...path, 'from', index] }),
  )
  refuseTwice(reader, feeds, path)
  return present(feeds)
}

function present(feeds: readonly (Feed | undefined)[]): readonly Feed[] {
  return feeds.filter((feed) => feed !== undefined)
}

function needRows({ reading: { report } }: TestReader, { rows }: WrittenTest, path: Path): void {
  if (rows !== undefined || report.has([...path, 'rows'])) return
  report.add({
    code: 'missing-key',
    path: [...path, 'rows'],
    message: 'is missing',
    expected: 'rows, or several sources under from',
  })
}

function refuseBoth({ reading: { report } }: TestReader, written: WrittenTest, path: Path): void {
  for (const key of ['source', 'rows', 'joined'] as const) {
    if (written[key] === undefined) continue
    const message = 'stands beside from, which says it for each source'
    report.add({ code: 'both-forms', path: [...path, key], message, expected: 'one of the two', pointAt: 'key' })
  }
}

function refuseTwice({ reading: { report } }: TestReader, feeds: readonly (Feed | undefined)[], path: Path): void {
  for (const [index, feed] of feeds.entries()) {
    if (feed === undefined || feeds.findIndex((other) => other?.source === feed.source) === index) continue
    const message = 'stands in the list twice'
    report.add({
      code: 'duplicate-item',
      path: [...path, 'from', index, 'source'],
      message,
      expected: 'each source once',
    })
  }
}

interface FeedAt {
  readonly written: WrittenFeed
  readonly resource: ResourceSpec
  readonly path: Path
}

function readFeed(reader: TestReader, { written, resource, path }: FeedAt): Feed | undefined {
  const source = sourceOf(reader, { written, resource, path })
  if (source === undefined) return undefined
  const rows = readRows(reader, { rows: written.rows ?? [], source, path: [...path, 'rows'] })
  return { source: source.name, rows, joined: readJoined(reader, { written, source, path: [...path, 'joined'] }) }
}

function sourceOf({ reading: { report } }: TestReader, { written, resource, path }: FeedAt): SourceSpec | undefined {
  const { sources } = resource
  const names = sources.map(({ name }) => name)
  const at = [...path, 'source']
  const expected = `a source of ${resource.name}: ${names.join(', ')}`
  if (written.source === undefined) {
    const [only, ...others] = sources
    if (others.length === 0 || report.has(at)) return only
    report.add({ code: 'missing-key', path: at, message: 'is missing, and the resource has several sources', expected })
    return undefined
  }
  const found = sources.find(({ name }) => name === written.source)
  if (found !== undefined) return found
  const nearest = nearestName(written.source, names)
  report.add({ code: 'unknown-source', path: at, message: 'is no source of the resource', expected, nearest })
  return undefined
}

interface JoinedAt {
  readonly written: WrittenFeed
  readonly source: SourceSpec
  readonly path: Path
}

function readJoined(reader: TestReader, { written, source, path }: JoinedAt): Feed['joined'] {
  const joins = source.joins ?? []
  const joined = new Map<string, readonly Row[]>()
  for (const [name, rows] of Object.entries(written.joined ?? {})) {
    const join = joins.find(({ as }) => as === name)
    if (join === undefined) reportUnknownJoin(reader, { names: joins.map(({ as }) => as), path: [...path, name] })
    else if (rows !== undefined) joined.set(name, readRows(reader, { rows, source: join, path: [...path, name] }))
  }
  return joined
}

function reportUnknownJoin(
  { reading: { report } }: TestReader,
  { names, path }: { names: readonly string[]; path: Path },
): void {
  const nearest = nearestName(String(path.at(-1)), names)
  const expected = names.length === 0 ? 'no joined rows: the source has no join' : `one of ${names.join(', ')}`
  report.add({ code: 'unknown-join', path, message: 'is not joined to the source', expected, nearest, pointAt: 'key' })
}

interface RowsAt {
  readonly rows: readonly (WrittenMap | undefined)[]
  readonly source: ReadableSource
  readonly path: Path
}

function readRows({ reading, placeOf }: TestReader, { rows, source, path }: RowsAt): Row[] {
  const isText = source.connector.name === 'csv'
  const read: Row[] = []
  for (const [index, written] of rows.entries()) {
    if (written === undefined) continue
    const fields = readCells(written, { report: reading.report, path: [...path, index], isText })
    read.push({ at: placeOf(written.offset), fields })
  }
  return read
}
