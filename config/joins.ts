import type { JoinInput } from '../core/mapping/joins.ts'
import { compileKey } from '../core/mapping/keys.ts'
import type { KeyMapping, MappingProblem } from '../core/mapping/mapping.ts'
import type { JoinSpec } from '../core/resource.ts'
import type { Path } from './path.ts'
import type { Reading } from './reading.ts'
import { buildUse, readUse, type SourceParts, type SourceUse } from './source-use.ts'
import type { WrittenJoin, WrittenSource } from './written-config.ts'

/** A joined source that was read, and may still wait for references. */
export interface ReadJoin {
  readonly use: SourceUse
  readonly written: WrittenJoin
  /** Its keys are there, as far as the structure goes. */
  readonly input: JoinInput | undefined
  readonly right: { readonly text: string; readonly path: Path } | undefined
}

interface JoinsAt {
  readonly path: Path
  readonly parts: SourceParts
  readonly nameOf: (connector: string | undefined, place: string) => string
  /** Of the source that they are joined to, for names: `from[0]`. */
  readonly place: string
}

export function readJoins(
  reading: Reading,
  { join = [] }: WrittenSource,
  { path, parts, nameOf, place }: JoinsAt,
): readonly ReadJoin[] {
  const read: ReadJoin[] = []
  for (const [position, written] of join.entries()) {
    if (written === undefined) continue
    const name = nameOf(written.connector, `${place}.join[${position}]`)
    const use = readUse(reading, { written, path: [...path, 'join', position], parts, name })
    read.push({ use, written, ...keysOf(written, position) })
  }
  return read
}

/** One name for both sides, or a key for each. Paths are within the source, as those of all mapping problems are. */
function keysOf(written: WrittenJoin, position: number): Pick<ReadJoin, 'input' | 'right'> {
  const { by, connector = '', as = connector } = written
  const path = ['join', position]
  const both = typeof by === 'string'
  const left = both ? by : by?.left
  const right = both ? by : by?.right
  const side = (name: string): Path => (both ? [...path, 'by'] : [...path, 'by', name])
  return {
    input: left === undefined ? undefined : { as, left, path, keyPath: side('left') },
    right: right === undefined ? undefined : { text: right, path: side('right') },
  }
}

/** The joined sources, or undefined when something of one was wrong; `report` takes what is wrong with keys. */
export function buildJoins(
  reading: Reading,
  joins: readonly ReadJoin[],
  { parts, report }: { parts: SourceParts; report: (problem: MappingProblem) => void },
): readonly JoinSpec[] | undefined {
  const specs = joins.map(({ use, written, input, right }) => {
    const source = buildUse(reading, use)
    const key = right && keyOf(right, parts, report)
    if (source === undefined || key === undefined || input === undefined) return undefined
    return { ...source, as: input.as, key, missing: written.missing ?? 'keep' }
  })
  const built = specs.filter((spec) => spec !== undefined)
  return built.length === specs.length ? built : undefined
}

function keyOf(
  { text, path }: { text: string; path: Path },
  { tables, zone }: SourceParts,
  report: (problem: MappingProblem) => void,
): KeyMapping | undefined {
  const result = compileKey({ text, path, tables, zone })
  if ('key' in result) return result.key
  for (const problem of result.problems) report(problem)
  return undefined
}
