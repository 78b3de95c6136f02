import type { ConnectorSpec, ReadableSource, ResourceSpec } from '../core/resource.ts'
import { connectorsOf, type Draft } from './draft.ts'
import type { Reading } from './reading.ts'
import { buildUse, type SourceParts } from './source-use.ts'

export interface ConfiguredInput {
  readonly draft: Draft
  readonly parts: SourceParts
  readonly resources: readonly ResourceSpec[]
}

/**
 * What stands under `connectors`, with each of its uses. The options of a connector that nothing uses are checked here;
 * those of the others where they are used, with what each source lays over them.
 */
export function configuredConnectors(
  reading: Reading,
  { draft, parts, resources }: ConfiguredInput,
): readonly ConnectorSpec[] {
  const used = new Set(draft.resources.flatMap(connectorsOf))
  return [...parts.connectors.values()].map((configured) => {
    const { name, use } = configured
    if (used.has(name)) return { name, use, uses: usesOf(name, resources) }
    const own = buildUse(reading, { name, configured, over: undefined })
    return { name, use, uses: own === undefined ? [] : [own] }
  })
}

/** A use is named by its connector, and by its place too when a resource has several. */
function usesOf(name: string, resources: readonly ResourceSpec[]): readonly ReadableSource[] {
  const sources = resources.flatMap((resource) => resource.sources)
  const all = sources.flatMap((source) => [source, ...(source.joins ?? [])])
  return all.filter((use) => use.name === name || use.name.startsWith(`${name} (`))
}
