/** A resource whose sources give the rows of a test instead of their own. */
import { MINUTE } from '../../core/clock.ts'
import { defineConnector, type Row } from '../../core/connector.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { JoinSpec, ReadableSource, ResourceSpec, SourceSpec } from '../../core/resource.ts'
import type { Feed } from './mapping-test.ts'

/** A source that the test does not name gives nothing. */
export function fedResource(resource: ResourceSpec, feeds: readonly Feed[]): ResourceSpec {
  const { maxDataAgeMs: _age, ...rest } = resource
  const sources = resource.sources.map((source) =>
    fedSource(
      source,
      feeds.find((feed) => feed.source === source.name),
    ),
  )
  return { ...rest, timeoutMs: MINUTE, sources }
}

function fedSource(source: SourceSpec, feed: Feed | undefined): SourceSpec {
  const joins = source.joins?.map((join) => fedJoin(join, source.mapping, feed?.joined.get(join.as) ?? []))
  return {
    ...source,
    ...(joins === undefined ? {} : { joins }),
    connector: tableOf(feed?.rows ?? [], []),
    options: async () => ({}),
    mapping: forgiving(source.mapping),
  }
}

function fedJoin(join: JoinSpec, mapping: Mapping, rows: readonly Row[]): JoinSpec {
  const read = [...join.key.columns, ...(mapping.reads.get(join.as) ?? [])].map(({ column }) => column)
  return { ...join, connector: tableOf(rows, read), options: async () => ({}) }
}

/** @param more columns that the rows need not have */
function tableOf(rows: readonly Row[], more: readonly string[]): ReadableSource['connector'] {
  return defineConnector({
    apiVersion: 1,
    name: 'mapping-test',
    options: { type: 'object', properties: {} },
    async *read(ctx) {
      const names = new Set([...rows.flatMap(({ fields }) => Object.keys(fields)), ...more])
      if (names.size > 0) ctx.columns([...names])
      yield rows
      return {
        complete: true,
        rows: rows.length,
        asOf: new Date(ctx.clock.now()),
        evidence: 'the test has no more rows',
      }
    },
  })
}

/** A test names the columns that matter to it, and a real source has them all: missing ones are no fault here. */
function forgiving(mapping: Mapping): Mapping {
  return {
    ...mapping,
    start(options) {
      const pass = mapping.start(options)
      return {
        ...pass,
        columns(names) {
          pass.columns(names)
          return []
        },
        unfed: () => undefined,
        finish: () => ({ ...pass.finish(), problems: [] }),
      }
    },
  }
}
