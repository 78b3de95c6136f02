/** What uses a configured connector, and when it was last read to its end. Pure. */
import type { ConnectorSpec, ResourceSpec } from '../../core/resource.ts'
import { sourceCount } from '../../core/run/prepare.ts'
import type { ResourceRunRow } from '../../core/state/state.ts'

export interface SourceRead {
  readonly at: number
  readonly rows: number
}

/** Names of all sources of a resource, joined ones included. */
export function sourceNames(resource: ResourceSpec): readonly string[] {
  return resource.sources.flatMap(({ name, joins = [] }) => [name, ...joins.map((join) => join.name)])
}

/** A source is named by its connector, and by its place too when a resource has several of it. */
export function isUseOf(source: string, connector: string): boolean {
  return source === connector || source.startsWith(`${connector} (`)
}

export function usersOf({ name }: ConnectorSpec, resources: readonly ResourceSpec[]): readonly ResourceSpec[] {
  return resources.filter((resource) => sourceNames(resource).some((source) => isUseOf(source, name)))
}

/** The latest row of each source that tells how many rows it had. @param rows newest first */
export function lastReads(rows: readonly ResourceRunRow[], names: readonly string[]): ReadonlyMap<string, SourceRead> {
  const reads = new Map<string, SourceRead>()
  for (const name of names) {
    const row = rows.find(({ counts }) => counts[sourceCount(name)] !== undefined)
    if (row !== undefined) reads.set(name, { at: row.at, rows: row.counts[sourceCount(name)] ?? 0 })
  }
  return reads
}
