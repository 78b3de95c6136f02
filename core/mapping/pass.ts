/** One pass of a compiled mapping over the rows of one source. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { ResourceType, VantaRecord } from '../../schemas/resource-type.ts'
import type { Row, RowProblem } from '../connector.ts'
import { type Binding, bindColumns, missingColumns, type SelfField, unfedFields } from './columns.ts'
import { ownValue, presenceOf } from './expression-runtime.ts'
import { judge } from './judge.ts'
import { readKey } from './keys.ts'
import type { JoinedRows, MappedRow, MappingFinish, MappingPass, MappingProblem, MappingStart } from './mapping.ts'
import type { NamedColumn } from './named-column.ts'
import { type SharedField, unfedShared } from './shared-fields.ts'
import type { Fill } from './slots.ts'
import type { RowScope, Source } from './sources.ts'

/** A mapping, compiled. */
export interface Plan {
  readonly type: ResourceType
  readonly fill: Fill
  /** Names of the joined sources, and what a row is looked up by in each. */
  readonly joins: readonly string[]
  readonly joinKeys: readonly Source[]
  readonly key?: Source
  readonly givesParts: boolean
  readonly shared: readonly SharedField[]
  /** A column of the source that the guard groups by, when it has it. */
  readonly group?: NamedColumn
  /** Columns of the source itself. */
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

const NOTHING_JOINED: JoinedRows = new Map()

export function startPass(plan: Plan, { now }: MappingStart): MappingPass {
  const context = Object.assign(Object.create(null) as Record<string, unknown>, { row: [{}] as const })
  const binding = bindColumns(plan.selfFields, [])
  const state: PassState = { plan, now, context, announced: false, columns: new Set(), binding }
  return {
    columns: (names) => announce(names, state),
    joinKey: (position, row, joined) => joinKey(position, enter(row, joined, state), state),
    map: (row, joined = NOTHING_JOINED) => mapRow(enter(row, joined, state), state, row.problems),
    unfed: () => (knowsColumns(state) ? unfed(state) : undefined),
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
    ...missingColumns(plan.named, names, plan.functions, plan.joins),
    ...binding.problems,
    ...unfedFields(plan.selfFields, binding, names),
  ]
}

/** What expressions see of a row. */
function enter({ fields }: Row, joined: JoinedRows, state: PassState): RowScope {
  const { plan, context } = state
  if (!state.announced) learn(Object.keys(fields), state)
  plan.run.now = state.now
  for (const column of plan.contextColumns) context[column] = ownValue(fields, column)
  for (const name of plan.joins) {
    const found = joined.get(name)
    context[name] = found === undefined ? '' : [found]
    context[presenceOf(name)] = found === undefined ? '' : name
  }
  context.row = [fields]
  return { fields, joined, context, self: state.binding.self }
}

function joinKey(position: number, scope: RowScope, { plan }: PassState): ReturnType<MappingPass['joinKey']> {
  const source = plan.joinKeys[position]
  if (source === undefined) throw new RangeError(`There is no join ${position}`)
  return readKey(source, scope)
}

function mapRow(scope: RowScope, { plan }: PassState, found: readonly RowProblem[] = []): MappedRow {
  const problems: FieldProblem[] = found.map(({ field, message }) => ({ code: 'source', field, message }))
  const part = plan.fill(scope, problems) as VantaRecord
  const key = plan.key === undefined ? undefined : keyText(plan.key, scope, problems)
  const { uniqueId } = part
  return {
    uniqueId: typeof uniqueId === 'string' && uniqueId !== '' ? uniqueId : undefined,
    ...(key === undefined || key === '' ? {} : { key }),
    ...withoutEchoes(plan.givesParts ? { record: part, problems } : judge(plan.type, part, problems), found),
  }
}

/** What the connector said of a field is why the field is missing: that need not be said twice. */
function withoutEchoes<T extends Pick<MappedRow, 'problems'>>(mapped: T, found: readonly RowProblem[]): T {
  if (found.length === 0) return mapped
  const named = new Set(found.map(({ field }) => field))
  return { ...mapped, problems: mapped.problems.filter(({ code, field }) => code !== 'missing' || !named.has(field)) }
}

function keyText(source: Source, scope: RowScope, problems: FieldProblem[]): string | undefined {
  const key = readKey(source, scope)
  if ('text' in key) return key.text
  problems.push({ code: key.fault.code, field: 'key', message: key.fault.message })
  return undefined
}

function unfed({ plan, binding, columns }: PassState): readonly MappingProblem[] {
  const group = plan.group === undefined ? [] : missingColumns([plan.group], [...columns], plan.functions)
  return [...unfedShared(plan.shared, plan.selfFields, binding), ...group]
}

function knowsColumns({ announced, columns }: PassState): boolean {
  return announced || columns.size > 0
}

function finish(state: PassState): MappingFinish {
  const { plan, columns, binding, announced } = state
  const used = new Set([...plan.named.map(({ column }) => column), ...binding.self, plan.group?.column])
  return {
    // A source without rows, and without a header, says nothing about its columns.
    problems: announced || !knowsColumns(state) ? [] : columnProblems(state),
    unusedColumns: [...columns].filter((column) => !used.has(column)),
  }
}
