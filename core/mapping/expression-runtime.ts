/**
 * Closes what is open in the library's own evaluation: absent members, the backtracking of `matches()`, branches of
 * `?:` that differ because one of them says "nothing", and messages that quote data.
 */
import { describeValue } from '../text/describe.ts'
import { type CelNode, holderAskedFor, literalText, methodCall } from './cel-tree.ts'
import { walkTree } from './expression-check.ts'
import { Fault } from './fault.ts'
import { compilePattern } from './pattern.ts'
import { matchesPattern } from './pattern-match.ts'

/** Before the types are checked: `null` and `''` say "nothing" and go with any other branch of `?:`. */
export function loosenBranches(root: CelNode, dynType: CelNode['checkedType']): void {
  walkTree(root, (node) => {
    if (node.op !== '?:' || dynType === undefined) return
    for (const branch of (node.args as CelNode[]).slice(1)) {
      if (branch.op === 'value' && (branch.args === null || branch.args === '')) branch.checkedType = dynType
    }
  })
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Before the types are checked: `dir == ''` asks whether there is such a row, and never looks into it. */
export function nameHolders(root: CelNode, joins: ReadonlySet<string>): void {
  walkTree(root, (node) => {
    const holder = holderAskedFor(node, NO_NAMES, joins)
    if (holder !== undefined) holder.args = presenceOf(String(holder.args))
  })
}

/** The name in a context that is '' when a joined source has no row; no expression can be written that reads it. */
export function presenceOf(join: string): string {
  return `${join} found`
}

/** After the types were checked: members of row data and pieces of a split text may be absent, and are '' then. */
export function replaceHandlers(root: CelNode, holders: ReadonlySet<string>): void {
  walkTree(root, (node) => {
    if (node.op === '.' || node.op === '[]') replaceAccess(node, holders)
    if (node.op === 'rcall' && methodCall(node).name === 'matches') replaceMatches(node)
  })
}

function replaceAccess(node: CelNode, holders: ReadonlySet<string>): void {
  const [left] = node.args as [CelNode, unknown]
  if (left.op === 'id' && holders.has(String(left.args))) {
    node.handle = (row: RowValue | '', column: string) => (row === '' ? '' : ownValue(row[0], column))
    return
  }
  const type = left.checkedType
  // Literals of the expression stay as CEL has them: {'A': 'x'}[role] with a role that is not there is a problem.
  if (type?.kind === 'dyn' || type?.name === 'list<string>') node.handle = member
}

/**
 * What `row`, and each joined row, is in a context. In a list, because the library asks an object for its `constructor` to know its type, and a
 * column may be called that.
 */
export type RowValue = readonly [Readonly<Record<string, unknown>>]

/** A field's own value as expressions see it: '' when it is absent or null. */
export function ownValue(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? '') : ''
}

/** A member of what a row holds, own ones only; '' when it is absent or its holder is. */
function member(holder: unknown, key: unknown): unknown {
  if (holder === '' || holder === null || holder === undefined) return ''
  if (Array.isArray(holder) && (typeof key === 'bigint' || typeof key === 'number')) return holder[Number(key)] ?? ''
  if (typeof holder === 'object' && typeof key === 'string' && isPlain(holder)) {
    return ownValue(holder as Record<string, unknown>, key)
  }
  throw new Fault('cannot-compute', `cannot be computed: a member is read of ${describeValue(holder)}`)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function replaceMatches(node: CelNode): void {
  const pattern = literalText(methodCall(node).args[0])
  if (pattern === undefined) return
  const program = compilePattern(pattern)
  node.handle = (values: readonly unknown[]): boolean => {
    const [text] = values
    if (typeof text === 'string') return matchesPattern(program, text)
    throw new Fault('cannot-compute', `cannot be computed: matches() is for text; got ${describeValue(text)}`)
  }
}

/** Codes of the library whose summary names types only; the others may quote data. */
const SAFE_TO_QUOTE: ReadonlySet<string> = new Set([
  'no_such_overload',
  'no_matching_overload',
  'invalid_condition_type',
  'invalid_logical_operand',
  'division_by_zero',
  'modulo_by_zero',
])

const SAID: Readonly<Record<string, string>> = {
  no_such_key: 'a key is not in the map that the expression writes out',
  index_out_of_bounds: 'an index is beyond the list that the expression writes out',
  index_out_of_range: 'a position is beyond the end of the text',
  numeric_overflow: 'a number is too large',
  int_conversion_error: 'int() was given what is no whole number',
  uint_conversion_error: 'uint() was given what is no whole number',
  double_conversion_error: 'double() was given what is no number',
  bool_conversion_error: 'bool() was given what is neither true nor false',
  invalid_timestamp: 'timestamp() was given what is no RFC 3339 date',
  invalid_duration: 'duration() was given what is no duration',
  invalid_comprehension_range: 'a list was expected',
  unsupported_type: 'a value is of a kind that expressions cannot hold',
}

/** Whatever evaluation threw, as the problem of that field. Never quotes what the row holds. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  const { code, summary } = thrown as { code?: unknown; summary?: unknown }
  const known = typeof code === 'string' ? code : ''
  const said = SAFE_TO_QUOTE.has(known)
    ? withoutMarks(String(summary))
    : (SAID[known] ?? 'the expression does not fit the value')
  return new Fault('cannot-compute', `cannot be computed: ${said}`)
}

/** `no such overload: dyn<string> + int` as `no such overload: string + int`. */
function withoutMarks(summary: string): string {
  return summary.replaceAll(/dyn<(\w+)>/g, '$1')
}
