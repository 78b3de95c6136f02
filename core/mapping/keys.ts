/** Keys: what makes a row one with rows of other sources. */
import { createDateReader } from './dates.ts'
import { createEngine } from './expression.ts'
import { ownValue } from './expression-runtime.ts'
import { Fault } from './fault.ts'
import type { Key, KeyMapping, MappingProblem } from './mapping.ts'
import type { NamedColumn, Path } from './named-column.ts'
import { type Compilation, use } from './slots.ts'
import { type RowScope, type Source, sourceOf } from './sources.ts'
import { tablesOf, type WrittenTables } from './tables.ts'
import { textOf } from './text-of.ts'

/** Compiles a key: a column, or a template. Undefined when it is wrong; `compilation.problems` says why. */
export function compileKeySource(text: string, path: Path, compilation: Compilation): Source | undefined {
  const source = sourceOf(text, compilation.engine)
  if ('faults' in source) {
    for (const fault of source.faults) compilation.problems.push({ path, ...fault })
    return undefined
  }
  use(source, { path }, compilation)
  if (source.columns.length > 0 || source.joined.length > 0) return source
  const message = 'reads no column, so that every row would have the same key'
  compilation.problems.push({ path, message, expected: 'a column, or a "{{ … }}" that reads one' })
  return undefined
}

/** The key of a row. A list of one, as directories give single values, counts as its item, and an empty one as nothing. */
export function readKey(source: Source, scope: RowScope): Key {
  try {
    const value = source.read(scope)
    return { text: textOf(Array.isArray(value) && value.length < 2 ? value[0] : value).trim() }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { fault: { code: error.code, message: error.message } }
  }
}

export interface KeyInput {
  readonly text: string
  /** Within the resource's source, for problems. */
  readonly path: Path
  readonly tables: WrittenTables
  readonly zone: string
}

/** Compiles the key of a joined source, or says what is wrong with it. */
export function compileKey(
  input: KeyInput,
): { readonly key: KeyMapping } | { readonly problems: readonly MappingProblem[] } {
  const dates = createDateReader(input.zone)
  const run = { now: 0 }
  const engine = createEngine({ dates, tables: tablesOf(input.tables), run })
  const named: NamedColumn[] = []
  const contextColumns = new Set<string>()
  const compilation: Compilation = { engine, dates, problems: [], named, selfFields: [], contextColumns }
  const source = compileKeySource(input.text, input.path, compilation)
  if (source === undefined) return { problems: compilation.problems }
  return { key: { columns: named, start: ({ now }) => keyReader(source, { now, run, contextColumns }) } }
}

function keyReader(
  source: Source,
  { now, run, contextColumns }: { now: number; run: { now: number }; contextColumns: ReadonlySet<string> },
): ReturnType<KeyMapping['start']> {
  const context = Object.assign(Object.create(null) as Record<string, unknown>, { row: [{}] as const })
  const joined = new Map<string, never>()
  return ({ fields }) => {
    run.now = now
    for (const column of contextColumns) context[column] = ownValue(fields, column)
    const scope: RowScope = { fields, joined, context: Object.assign(context, { row: [fields] as const }), self: [] }
    return readKey(source, scope)
  }
}
