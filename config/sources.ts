import { createHash } from 'node:crypto'
import type { ResourceType } from '../schemas/resource-type.ts'
import { compileMapping, type MappingInput } from '../core/mapping/compile.ts'
import type { Mapping, MappingProblem } from '../core/mapping/mapping.ts'
import type { SourceSpec } from '../core/resource.ts'
import type { ResourceDraft } from './draft.ts'
import { buildJoins, type ReadJoin, readJoins } from './joins.ts'
import { type Path, pathKey } from './path.ts'
import { fieldForm, readMapping } from './read-map.ts'
import { type Reading, settle } from './reading.ts'
import { buildUse, readUse, type SourceParts, type SourceUse, useNamer } from './source-use.ts'
import type { WrittenSource } from './written-config.ts'

/** A source whose options and mapping were read, and may still wait for references. */
interface ReadSource {
  readonly path: Path
  readonly use: SourceUse
  readonly joins: readonly ReadJoin[]
  readonly key: string | undefined
  readonly map: Readonly<Record<string, unknown>>
}

/** The sources of a resource; fewer than were written when some are wrong. */
export async function buildSources(
  reading: Reading,
  draft: ResourceDraft,
  parts: SourceParts,
): Promise<readonly SourceSpec[]> {
  const nameOf = useNamer(draft.written)
  const read: ReadSource[] = []
  for (const [index, written] of (draft.written.from ?? []).entries()) {
    if (written !== undefined) read.push(readSource(reading, draft, { parts, written, index, nameOf }))
  }
  await settle(reading)
  return read.map((source) => buildSource(reading, draft, { source, parts })).filter((source) => source !== undefined)
}

interface SourceAt {
  readonly parts: SourceParts
  readonly written: WrittenSource
  readonly index: number
  readonly nameOf: ReturnType<typeof useNamer>
}

function readSource(reading: Reading, draft: ResourceDraft, { parts, written, index, nameOf }: SourceAt): ReadSource {
  const path = [...draft.path, 'from', index]
  const place = `from[${index}]`
  const use = readUse(reading, { written, path, parts, name: nameOf(written.connector, place) })
  const known = draft.type !== undefined && written.map !== undefined
  const map = known && written.map && draft.type ? readMapping(reading, written.map, draft.type, [...path, 'map']) : {}
  const joins = readJoins(reading, written, { path, parts, nameOf, place })
  return { path, use, joins, key: written.key, map }
}

interface Building {
  readonly source: ReadSource
  readonly parts: SourceParts
}

function buildSource(reading: Reading, draft: ResourceDraft, { source, parts }: Building): SourceSpec | undefined {
  const use = buildUse(reading, source.use)
  const report = (problem: MappingProblem): void =>
    reportMapping(reading, { type: draft.type, source: source.path }, problem)
  const joins = buildJoins(reading, source.joins, { parts, report })
  const mapping = compiled(draft, { source, parts, report })
  if (use === undefined || joins === undefined || mapping === undefined) return undefined
  return {
    ...use,
    mapping,
    mappingHash: hashOf(draft, source, parts),
    ...(joins.length === 0 ? {} : { joins }),
    ...(draft.guard.groupBy === undefined ? {} : { groupBy: draft.guard.groupBy }),
  }
}

/** Over what the mapping is made of: a change of any may change records, though the data is the same. */
function hashOf(
  { type, written, policies, guard }: ResourceDraft,
  { map, key, joins }: ReadSource,
  { tables, zone }: SourceParts,
): string {
  const lookUps = joins.map(({ use, written: { as, by, missing } }) => [use.name, as, by, missing])
  const fields = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
  const policy = [written.customProperties, policies.merge, guard.groupBy]
  const parts = [type?.name, policy, fields, key, lookUps, tables, zone]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function compiled(
  draft: ResourceDraft,
  { source, parts, report }: Building & { report: (problem: MappingProblem) => void },
): Mapping | undefined {
  const { type, guard } = draft
  if (type === undefined) return undefined
  const result = compileMapping({
    type,
    map: source.map,
    tables: parts.tables,
    zone: parts.zone,
    joins: source.joins.map(({ input }) => input).filter((input) => input !== undefined),
    ...mergeInput(draft, type, source.key),
    ...(guard.groupBy === undefined ? {} : { groupBy: guard.groupBy }),
  })
  if ('mapping' in result) return result.mapping
  for (const problem of result.problems) report(problem)
  return undefined
}

/** What another source may give of a record depends on how the sources are merged; one source alone gives all. */
function mergeInput(
  { written, policies }: ResourceDraft,
  type: ResourceType,
  key: string | undefined,
): Pick<MappingInput, 'key' | 'elsewhere'> {
  if ((written.from ?? []).length < 2) return {}
  const own = key === undefined ? {} : { key }
  if (policies.merge !== 'join') return key === undefined ? {} : { ...own, elsewhere: ['uniqueId'] }
  return { ...own, elsewhere: type.fieldNames.filter((name) => key !== undefined || name !== 'uniqueId') }
}

function reportMapping(
  { report, holes }: Reading,
  { type, source }: { type: ResourceType | undefined; source: Path },
  problem: MappingProblem,
): void {
  const path = [...source, ...problem.path]
  if (holes.has(pathKey(path))) return
  const { message, expected, nearest } = problem
  if (type === undefined || !isUnknownField(type, problem.path))
    report.add({ code: 'bad-mapping', path, message, expected, nearest })
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
