/** What an expression reads, and what is wrong with it that the library cannot know. */
import { nearestName } from '../text/nearest.ts'
import {
  type CelNode,
  childrenOf,
  functionCall,
  holderAccess,
  holderAskedFor,
  literalText,
  methodCall,
} from './cel-tree.ts'
import { dateFormatFault } from './date-format.ts'
import { FUNCTION_FORMS, type Tables } from './functions.ts'
import { compilePattern } from './pattern.ts'

export interface ExpressionFault {
  readonly message: string
  readonly expected?: string
  readonly nearest?: string
}

/** What names mean in expressions. */
export interface Names {
  /** Names that CEL owns: a column of that name is written `row['type']`. */
  readonly owned: ReadonlySet<string>
  readonly functions: ReadonlySet<string>
  readonly tables: Tables
  /** Names of joined sources: each stands for the row that was found there. */
  readonly joins: ReadonlySet<string>
}

/** A column of a joined source: `dir.login`. */
export interface JoinedColumn {
  readonly join: string
  readonly column: string
}

export interface Inspection {
  /** In the order of their first use. */
  readonly columns: ReadonlySet<string>
  readonly joined: readonly JoinedColumn[]
  /** Names that columns are read of: `row`, and those of joined sources. */
  readonly holders: ReadonlySet<string>
  readonly faults: readonly ExpressionFault[]
}

interface Visit {
  readonly names: Names
  readonly holders: ReadonlySet<string>
  readonly columns: Set<string>
  readonly joined: JoinedColumn[]
  readonly faults: ExpressionFault[]
}

const NO_NAMES: ReadonlySet<string> = new Set()

export function inspectTree(root: CelNode, names: Names): Inspection {
  const holders = new Set(['row', ...names.joins])
  const visit: Visit = { names, holders, columns: new Set(), joined: [], faults: [] }
  inspect(root, NO_NAMES, visit)
  return visit
}

/** Calls `look` for every node that a person wrote. */
export function walkTree(root: CelNode, look: (node: CelNode) => void): void {
  look(root)
  for (const [child] of childrenOf(root, NO_NAMES)) walkTree(child, look)
}

function inspect(node: CelNode, bound: ReadonlySet<string>, visit: Visit): void {
  const access = holderAccess(node, bound, visit.holders)
  if (access !== undefined) return inspectAccess(access, node, visit)
  if (holderAskedFor(node, bound, visit.names.joins) !== undefined) return
  if (node.op === 'id') return inspectName(String(node.args), bound, { node, visit })
  if (node.op === 'call') inspectCall(node, visit)
  if (node.op === 'rcall') inspectMethod(node, visit)
  for (const [child, inner] of childrenOf(node, bound)) {
    for (const holder of visit.holders) {
      if (inner.has(holder) && !bound.has(holder))
        fault(visit, node, `${holder} stands for a whole row and cannot be a name of your own`, 'another name')
    }
    inspect(child, inner, visit)
  }
}

function inspectAccess(
  { holder, column }: { holder: string; column: string | undefined },
  node: CelNode,
  visit: Visit,
): void {
  if (column === undefined)
    fault(
      visit,
      node,
      `${holder}[…] needs the column's name as it is, so that a misspelt one is found`,
      `${holder}['Employee ID']`,
    )
  else if (visit.names.joins.has(holder)) visit.joined.push({ join: holder, column })
  else visit.columns.add(column)
}

function inspectName(name: string, bound: ReadonlySet<string>, place: { node: CelNode; visit: Visit }): void {
  const { node, visit } = place
  if (bound.has(name)) return
  if (name === 'row') fault(visit, node, 'row stands for the whole row and is read by column', "row['Employee ID']")
  else if (visit.names.joins.has(name))
    fault(visit, node, `${name} stands for a whole row and is read by column`, `${name}.mail, or ${name} != ''`)
  else if (visit.names.owned.has(name)) fault(visit, node, `${name} is a name that CEL owns`, `row['${name}']`)
  else visit.columns.add(name)
}

function inspectCall(node: CelNode, visit: Visit): void {
  const { name, args } = functionCall(node)
  if (name === 'has') fault(visit, node, "has() is not needed: an absent field is ''", "email != ''")
  else if (!visit.names.functions.has(name)) unknownFunction(name, node, visit)
  else if (name === 'date') inspectDateFormat(args[1], node, visit)
  else if (name === 'lookup') inspectTable(args[0], node, visit)
}

function unknownFunction(name: string, node: CelNode, visit: Visit): void {
  const nearest = nearestName(name, visit.names.functions)
  const expected = `one of ${Object.keys(FUNCTION_FORMS).join(', ')}, or a function of CEL`
  fault(visit, node, `there is no function ${name}`, { expected, ...(nearest && { nearest }) })
}

function inspectDateFormat(format: CelNode | undefined, node: CelNode, visit: Visit): void {
  if (format === undefined) return
  const text = literalText(format)
  if (text === undefined)
    return fault(visit, node, 'the format of date() must be written out', FUNCTION_FORMS['date'] ?? '')
  const wrong = dateFormatFault(text)
  if (wrong !== undefined) fault(visit, format, `the date format '${text}' ${wrong}`, FUNCTION_FORMS['date'] ?? '')
}

function inspectTable(table: CelNode | undefined, node: CelNode, visit: Visit): void {
  const name = literalText(table)
  if (name === undefined)
    return fault(visit, node, 'the table of lookup() must be written out', FUNCTION_FORMS['lookup'] ?? '')
  if (visit.names.tables.has(name)) return
  const known = [...visit.names.tables.keys()]
  const nearest = nearestName(name, known)
  const expected = known.length === 0 ? 'a table under tables:' : `one of ${known.join(', ')}`
  fault(visit, node, `there is no table ${name} under tables:`, { expected, ...(nearest && { nearest }) })
}

function inspectMethod(node: CelNode, visit: Visit): void {
  const { name, args } = methodCall(node)
  if (name !== 'matches') return
  const pattern = literalText(args[0])
  if (pattern === undefined)
    return fault(visit, node, 'the pattern of matches() must be written out', "login.matches('^[a-z]+$')")
  try {
    compilePattern(pattern)
  } catch (error) {
    const wrong = error instanceof SyntaxError ? error.message : 'cannot be read'
    fault(visit, node, `the pattern of matches() ${wrong}`, 'a pattern of RE2')
  }
}

function fault(visit: Visit, node: CelNode, message: string, rest: string | Omit<ExpressionFault, 'message'>): void {
  const facts = typeof rest === 'string' ? { expected: rest } : rest
  visit.faults.push({ message: `${message} (at character ${node.start + 1} of the expression)`, ...facts })
}
