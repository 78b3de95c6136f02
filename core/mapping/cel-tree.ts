/** The tree of a CEL expression, as far as we look into it. The library types it loosely, and parts of it not at all. */

/** `checkedType` and `handle` are the library's own, set when it checks the types; its version is pinned for that. */
export interface CelNode {
  readonly op: string
  args: unknown
  readonly start: number
  readonly end: number
  checkedType?: { readonly name: string; readonly kind: string }
  /** How an access or a method call is computed. */
  handle?: unknown
}

const MACROS: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one'])

/** A node's children, each with the names that are bound in it by `list.map(name, …)` and its like. */
export function childrenOf(
  node: CelNode,
  bound: ReadonlySet<string>,
): readonly (readonly [CelNode, ReadonlySet<string>])[] {
  if (node.op !== 'rcall') return plainChildren(node).map((child) => [child, bound] as const)
  const { name, receiver, args } = methodCall(node)
  const [first, ...rest] = args
  if (isBind(node) && first !== undefined) return bindChildren(first, rest, bound)
  if (!MACROS.has(name) || first?.op !== 'id') return [receiver, ...args].map((child) => [child, bound] as const)
  const inner = new Set([...bound, String(first.args)])
  return [[receiver, bound], ...rest.map((child) => [child, inner] as const)]
}

/** `cel.bind(name, value, expression)`. */
function bindChildren(
  name: CelNode,
  rest: readonly CelNode[],
  bound: ReadonlySet<string>,
): readonly (readonly [CelNode, ReadonlySet<string>])[] {
  const inner = new Set([...bound, String(name.args)])
  return rest.map((child, i) => [child, i === 0 ? bound : inner] as const)
}

function isBind(node: CelNode): boolean {
  const { name, receiver } = methodCall(node)
  return name === 'bind' && receiver.op === 'id' && receiver.args === 'cel'
}

function plainChildren(node: CelNode): readonly CelNode[] {
  if (node.op === 'value' || node.op === 'id') return []
  if (node.op === 'call') return functionCall(node).args
  return (Array.isArray(node.args) ? node.args.flat() : [node.args]).filter(isNode)
}

function isNode(value: unknown): value is CelNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

export function functionCall(node: CelNode): { readonly name: string; readonly args: readonly CelNode[] } {
  const [name, args] = node.args as [string, CelNode[]]
  return { name, args }
}

export function methodCall(node: CelNode): {
  readonly name: string
  readonly receiver: CelNode
  readonly args: readonly CelNode[]
} {
  const [name, receiver, args] = node.args as [string, CelNode, CelNode[]]
  return { name, receiver, args }
}

/** The text of a literal; undefined for anything else. */
export function literalText(node: CelNode | undefined): string | undefined {
  return node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined
}

/** The column that `row.name` or `row['name']` reads of one of the holders; undefined when the node is no such access. */
export function holderAccess(
  node: CelNode,
  bound: ReadonlySet<string>,
  holders: ReadonlySet<string>,
): { readonly holder: string; readonly column: string | undefined } | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [left, right] = node.args as [CelNode, CelNode | string]
  const holder = holderOf(left, bound, holders)
  return holder === undefined ? undefined : { holder, column: typeof right === 'string' ? right : literalText(right) }
}

/** The holder that the node compares with '': the question whether there is one. */
export function holderAskedFor(
  node: CelNode,
  bound: ReadonlySet<string>,
  holders: ReadonlySet<string>,
): CelNode | undefined {
  if (node.op !== '==' && node.op !== '!=') return undefined
  const [left, right] = node.args as [CelNode, CelNode]
  if (literalText(right) === '' && holderOf(left, bound, holders) !== undefined) return left
  return literalText(left) === '' && holderOf(right, bound, holders) !== undefined ? right : undefined
}

function holderOf(node: CelNode, bound: ReadonlySet<string>, holders: ReadonlySet<string>): string | undefined {
  if (node.op !== 'id') return undefined
  const name = String(node.args)
  return holders.has(name) && !bound.has(name) ? name : undefined
}
