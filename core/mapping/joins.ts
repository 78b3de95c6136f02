/** The names of joined sources, and the keys that a row is looked up by in them. */
import { compileKeySource } from './keys.ts'
import type { NamedColumn, Path } from './named-column.ts'
import type { Compilation } from './slots.ts'
import type { Source } from './sources.ts'

export interface JoinInput {
  /** Its name in expressions. */
  readonly as: string
  /** What the left row is looked up by: a column, or a template. */
  readonly left: string
  /** Of the join, within the resource's source. */
  readonly path: Path
  /** Of its left key. */
  readonly keyPath: Path
}

const IDENTIFIER = /^[A-Za-z_]\w*$/

/** The left keys in order; a wrong one is missing, and `compilation.problems` says why. */
export function compileJoins(joins: readonly JoinInput[], compilation: Compilation): readonly Source[] {
  const before = new Set<string>()
  const keys: Source[] = []
  for (const join of joins) {
    checkName(join, before, compilation)
    const key = compileKeySource(join.left, join.keyPath, compilation)
    if (key !== undefined) keys.push(key)
    for (const { join: other } of key?.joined ?? []) {
      if (!before.has(other)) compilation.problems.push({ path: join.keyPath, ...readsLater(other) })
    }
    before.add(join.as)
  }
  return keys
}

function readsLater(name: string): { message: string; expected: string } {
  return {
    message: `reads ${name}, which is joined only after this key is known`,
    expected: 'columns of the source itself, or of a join that stands before this one',
  }
}

function checkName({ as, path }: JoinInput, taken: ReadonlySet<string>, { engine, problems }: Compilation): void {
  const report = (message: string, expected: string): void => {
    problems.push({ path: [...path, 'as'], message, expected })
  }
  const identifier = 'letters, digits and "_", the first no digit, as in "dir"'
  if (!IDENTIFIER.test(as)) report(`"${as}" is no name for expressions`, identifier)
  else if (as === 'row' || engine.names.owned.has(as) || isReserved(as, engine))
    report(`${as} is a name that CEL owns`, 'another name, as in "dir"')
  else if (taken.has(as)) report(`${as} is the name of another join of this source`, 'a name of its own')
}

function isReserved(name: string, { environment }: Compilation['engine']): boolean {
  try {
    return (environment.parse(name).ast as unknown as { op?: unknown }).op !== 'id'
  } catch {
    return true
  }
}

/** By the name of each joined source, the columns that are read of it. */
export function readsOf(
  joins: readonly JoinInput[],
  named: readonly NamedColumn[],
): ReadonlyMap<string, readonly NamedColumn[]> {
  return new Map(joins.map(({ as }) => [as, named.filter(({ join }) => join === as)]))
}
