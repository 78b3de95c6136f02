/** What any of several sources may feed, required fields and the guard's groups: one of them must. */
import { OperatorError } from '../errors.ts'
import type { MappingProblem } from '../mapping/mapping.ts'
import { sayColumns } from './read-rows.ts'

export interface FedFields {
  /**
   * What a source lacks; undefined when it says nothing about its columns.
   * @throws OperatorError when it was the last one, and something is left that none of them feeds
   */
  note(source: number, unfed: readonly MappingProblem[] | undefined): void
}

export function createFedFields(sources: number, resource: string): FedFields {
  const unfedBy = new Map<number, readonly MappingProblem[] | undefined>()
  return {
    note(source, unfed) {
      unfedBy.set(source, unfed)
      if (unfedBy.size < sources) return
      const known = [...unfedBy.values()]
      // A source without rows and without a header may well feed it: the guard looks at empty sources.
      if (known.some((each) => each === undefined)) return
      refuse(resource, unfedByAll(known.filter((each) => each !== undefined)))
    },
  }
}

function unfedByAll([first = [], ...others]: readonly (readonly MappingProblem[])[]): readonly MappingProblem[] {
  return first.filter(({ path }) => others.every((each) => each.some((other) => isSame(other.path, path))))
}

function isSame(a: MappingProblem['path'], b: MappingProblem['path']): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function refuse(resource: string, problems: readonly MappingProblem[]): void {
  if (problems.length === 0) return
  throw new OperatorError(
    'columns',
    `The sources of ${resource} do not have the columns that are read of them: ${sayColumns(problems)}`,
    { hint: 'Compare the headers of the sources with `map`; `vanta-sync preview` shows the rows as they are.' },
  )
}
