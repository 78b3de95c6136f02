/** Sources that are merged and joined, over tables. */
import { compileMapping, type MappingInput } from '../../../core/mapping/compile.ts'
import { compileKey } from '../../../core/mapping/keys.ts'
import type { MappingProblem } from '../../../core/mapping/mapping.ts'
import type { JoinSpec, SourceSpec } from '../../../core/resource.ts'
import { type Table, type TableRow, tableConnector, typeOf } from '../../support/workshop.ts'

export const ACCOUNTS = typeOf('user_account')

export function tableOf(rows: readonly TableRow[]): Table {
  return { rows, ending: 'complete' }
}

export interface RightTable {
  readonly table: Table
  readonly as?: string
  readonly left: string
  readonly right: string
  readonly missing?: 'keep' | 'invalid'
}

export interface TableSource extends Partial<Pick<MappingInput, 'key' | 'elsewhere' | 'groupBy'>> {
  readonly name: string
  readonly table: Table
  readonly map: Record<string, unknown>
  readonly joins?: readonly RightTable[]
}

const UNMERGED = { tables: {}, zone: 'UTC' }

export function tableSource({ name, table, map, joins = [], ...merge }: TableSource): SourceSpec {
  const inputs = joins.map(({ as = 'dir', left }, position) => ({
    as,
    left,
    path: ['join', position],
    keyPath: ['join', position, 'by', 'left'],
  }))
  const compiled = compileMapping({ type: ACCOUNTS, map, ...UNMERGED, ...merge, joins: inputs })
  if ('problems' in compiled) throw new Error(said(compiled.problems))
  return {
    name,
    connector: tableConnector(table, name),
    options: async () => ({}),
    mapping: compiled.mapping,
    ...(merge.groupBy === undefined ? {} : { groupBy: merge.groupBy }),
    ...(joins.length === 0 ? {} : { joins: joins.map(joinOf) }),
  }
}

function joinOf({ table, as = 'dir', right, missing = 'keep' }: RightTable, position: number): JoinSpec {
  const compiled = compileKey({ text: right, path: ['join', position, 'by', 'right'], ...UNMERGED })
  if ('problems' in compiled) throw new Error(said(compiled.problems))
  const name = as === 'dir' ? 'directory' : as
  return { name, connector: tableConnector(table, name), options: async () => ({}), as, key: compiled.key, missing }
}

function said(problems: readonly MappingProblem[]): string {
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

/** All fields that another source may give when they are joined by uniqueId. */
export const ALL_BUT_ID = ACCOUNTS.fieldNames.filter((name) => name !== 'uniqueId')
