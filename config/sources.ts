import type { ResourceType } from '../schemas/resource-type.ts'
import type { SourceSpec } from '../core/resource.ts'
import { compileMapping } from '../core/mapping/compile.ts'
import type { Mapping, MappingProblem } from '../core/mapping/mapping.ts'
import { resolveOptions } from '../core/options.ts'
import { nearestName } from '../core/text/nearest.ts'
import { checkedOptions, type ConfiguredConnector, readOptions, type WrittenOptions } from './connectors.ts'
import type { ResourceDraft } from './draft.ts'
import { type Path, pathKey } from './path.ts'
import { fieldForm, readMapping } from './read-map.ts'
import { type Reading, settle } from './reading.ts'
import type { WrittenSource } from './written-config.ts'

/** What the sources of all resources share. */
export interface SourceParts {
  readonly connectors: ReadonlyMap<string, ConfiguredConnector>
  /** Every name under `connectors`, also of those that could not be loaded. */
  readonly connectorNames: readonly string[]
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly zone: string
}

/** A source whose options and mapping were read, and may still wait for references. */
interface ReadSource {
  readonly path: Path
  readonly configured: ConfiguredConnector | undefined
  readonly over: WrittenOptions | undefined
  readonly map: Readonly<Record<string, unknown>>
}

/** The sources of a resource; fewer than were written when some are wrong. */
export async function buildSources(
  reading: Reading,
  draft: ResourceDraft,
  parts: SourceParts,
): Promise<readonly SourceSpec[]> {
  const read: ReadSource[] = []
  for (const [index, written] of (draft.written.from ?? []).entries()) {
    if (written !== undefined)
      read.push(readSource(reading, draft, { parts, written, path: [...draft.path, 'from', index] }))
  }
  await settle(reading)
  return read.map((source) => buildSource(reading, draft, { source, parts })).filter((source) => source !== undefined)
}

interface SourceAt {
  readonly parts: SourceParts
  readonly written: WrittenSource
  readonly path: Path
}

function readSource(reading: Reading, draft: ResourceDraft, { parts, written, path }: SourceAt): ReadSource {
  const configured = connectorOf(reading, written, { parts, path })
  const schema = configured?.connector.options
  const over = schema && readOptions(reading, schema, { written: written.with, path: [...path, 'with'] })
  const known = draft.type !== undefined && written.map !== undefined
  const map = known && written.map && draft.type ? readMapping(reading, written.map, draft.type, [...path, 'map']) : {}
  return { path, configured, over, map }
}

function connectorOf(
  { report }: Reading,
  { connector: name }: WrittenSource,
  { parts, path }: Pick<SourceAt, 'parts' | 'path'>,
): ConfiguredConnector | undefined {
  if (name === undefined) return undefined
  if (!parts.connectorNames.includes(name)) {
    const nearest = nearestName(name, parts.connectorNames)
    const expected = `a name under connectors: ${parts.connectorNames.join(', ')}`
    report.add({
      code: 'unknown-connector',
      path: [...path, 'connector'],
      message: 'is no connector of this file',
      expected,
      nearest,
    })
  }
  return parts.connectors.get(name)
}

function buildSource(
  reading: Reading,
  draft: ResourceDraft,
  { source, parts }: { source: ReadSource; parts: SourceParts },
): SourceSpec | undefined {
  const { configured, over } = source
  const options = configured && checkedOptions(reading, configured, over)
  const mapping = compiled(reading, draft, { source, parts })
  if (configured === undefined || options === undefined || mapping === undefined) return undefined
  const { name, connector } = configured
  const baseDir = reading.around.folder
  return {
    name,
    connector,
    options: (signal) =>
      resolveOptions(options, { schema: connector.options, baseDir, ...(signal === undefined ? {} : { signal }) }),
    mapping,
    ...(draft.guard.groupBy === undefined ? {} : { groupBy: draft.guard.groupBy }),
  }
}

function compiled(
  reading: Reading,
  { type }: ResourceDraft,
  { source, parts }: { source: ReadSource; parts: SourceParts },
): Mapping | undefined {
  if (type === undefined) return undefined
  const result = compileMapping({ type, map: source.map, tables: parts.tables, zone: parts.zone })
  if ('mapping' in result) return result.mapping
  for (const problem of result.problems) reportMapping(reading, { type, source: source.path }, problem)
  return undefined
}

function reportMapping(
  { report, holes }: Reading,
  { type, source }: { type: ResourceType; source: Path },
  problem: MappingProblem,
): void {
  const path = [...source, ...problem.path]
  if (holes.has(pathKey(path))) return
  const { message, expected, nearest } = problem
  if (!isUnknownField(type, problem.path)) report.add({ code: 'bad-mapping', path, message, expected, nearest })
  else
    report.add({
      code: 'unknown-key',
      path,
      message,
      expected: nearest === undefined ? expected : undefined,
      nearest,
      pointAt: 'key',
    })
}

/** Then it is the key that must be mended, not what stands behind it. */
function isUnknownField(type: ResourceType, [part, key, ...rest]: Path): boolean {
  return part === 'map' && typeof key === 'string' && rest.length === 0 && fieldForm(type.form, key) === undefined
}
