/** One pass of a compiled mapping over the rows of one source. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { ResourceType, VantaRecord } from '../../schemas/resource-type.ts'
import type { Row } from '../connector.ts'
import { type Binding, bindColumns, missingColumns, type NamedColumn, type SelfField, unfedFields } from './columns.ts'
import { ownValue } from './expression-runtime.ts'
import type { MappedRow, MappingFinish, MappingPass, MappingProblem, MappingStart } from './mapping.ts'
import type { Fill } from './slots.ts'
import type { RowScope } from './sources.ts'

/** A mapping, compiled. */
export interface Plan {
  readonly type: ResourceType
  readonly fill: Fill
  readonly named: readonly NamedColumn[]
  readonly selfFields: readonly SelfField[]
  readonly contextColumns: readonly string[]
  /** What `now()` reads; set before each row, so that passes do not meet in it. */
  readonly run: { now: number }
  readonly functions: ReadonlySet<string>
}

interface PassState {
  readonly plan: Plan
  readonly now: number
  readonly context: RowScope['context']
  /** The columns were announced: rows are not searched for more. */
  announced: boolean
  readonly columns: Set<string>
  binding: Binding
}

export function startPass(plan: Plan, { now }: MappingStart): MappingPass {
  const context = Object.assign(Object.create(null) as Record<string, unknown>, { row: [{}] as const })
  const binding = bindColumns(plan.selfFields, [])
  const state: PassState = { plan, now, context, announced: false, columns: new Set(), binding }
  return {
    columns: (names) => announce(names, state),
    map: (row) => mapRow(row, state),
    finish: () => finish(state),
  }
}

function announce(names: readonly string[], state: PassState): readonly MappingProblem[] {
  state.announced = true
  learn(names, state)
  return columnProblems(state)
}

/** Adds columns, and binds anew when there was a new one among them: a rare event after the first rows. */
function learn(names: readonly string[], state: PassState): void {
  const before = state.columns.size
  for (const name of names) state.columns.add(name)
  if (state.columns.size > before) state.binding = bindColumns(state.plan.selfFields, [...state.columns])
}

function columnProblems({ plan, columns, binding }: PassState): readonly MappingProblem[] {
  const names = [...columns]
  return [
    ...missingColumns(plan.named, names, plan.functions),
    ...binding.problems,
    ...unfedFields(plan.selfFields, binding, names),
  ]
}

function mapRow(row: Row, state: PassState): MappedRow {
  const { plan } = state
  if (!state.announced) learn(Object.keys(row.fields), state)
  plan.run.now = state.now
  const problems: FieldProblem[] = []
  const record = plan.fill(scopeOf(row, state), problems) as VantaRecord
  addJudgement(plan.type.validate(record), problems)
  const { uniqueId } = record
  return {
    uniqueId: typeof uniqueId === 'string' && uniqueId !== '' ? uniqueId : undefined,
    record: problems.length === 0 ? plan.type.canonical(record) : record,
    problems,
  }
}

function scopeOf({ fields }: Row, { plan, context, binding }: PassState): RowScope {
  for (const column of plan.contextColumns) context[column] = ownValue(fields, column)
  context.row = [fields]
  return { fields, context, self: binding.self }
}

/** Adds what the type says of the record, save where mapping has already said why. */
function addJudgement(judgement: readonly FieldProblem[], problems: FieldProblem[]): void {
  const own = problems.length
  for (const problem of judgement) {
    const isSaid = problems
      .slice(0, own)
      .some((said) => isWithin(said.field, problem.field) || isWithin(problem.field, said.field))
    if (!isSaid) problems.push(problem)
  }
}

function isWithin(inner: string, outer: string): boolean {
  if (!inner.startsWith(outer)) return false
  return inner.length === outer.length || inner[outer.length] === '.' || inner[outer.length] === '['
}

function finish(state: PassState): MappingFinish {
  const { plan, columns, binding, announced } = state
  const used = new Set([...plan.named.map(({ column }) => column), ...binding.self])
  return {
    // A source without rows, and without a header, says nothing about its columns.
    problems: announced || columns.size === 0 ? [] : columnProblems(state),
    unusedColumns: [...columns].filter((column) => !used.has(column)),
  }
}
