/** Where the value of a field comes from: a column, an expression, or a text with several of them. */
import { compileExpression, type Engine } from './expression.ts'
import { ownValue, type RowValue } from './expression-runtime.ts'
import { splitTemplate, type TemplatePart } from './template.ts'
import { textOf } from './text-of.ts'

/** A row while it is mapped. */
export interface RowScope {
  readonly fields: Readonly<Record<string, unknown>>
  /** What expressions read: the columns that any of them names, on an object without a prototype. */
  readonly context: Record<string, unknown> & { row: RowValue }
  /** For each self-mapping field, the column that feeds it. */
  readonly self: readonly (string | undefined)[]
}

export interface Source {
  /** What the value comes from, for messages: `column 'email'`. */
  readonly origin: string
  /** @throws Fault */
  read(scope: RowScope): unknown
  readonly columns: readonly string[]
  /** The columns among them that must stand in the context. */
  readonly inContext: readonly string[]
  /** The whole expression, when the template is one. */
  readonly expression?: string
}

export interface SourceFault {
  readonly message: string
  readonly expected?: string
  readonly nearest?: string
}

type Compiled = Source | { readonly faults: readonly SourceFault[] }

export function columnSource(column: string, expression?: string): Source {
  return {
    origin: `column '${column}'`,
    read: (scope) => ownValue(scope.fields, column),
    columns: [column],
    inContext: [],
    ...(expression !== undefined && { expression }),
  }
}

/** The source that a template describes; undefined when it is plain text. */
export function templateSource(template: string, engine: Engine): Compiled | undefined {
  const parts = splitTemplate(template.trim())
  if (parts === undefined) return undefined
  if ('fault' in parts) return { faults: [{ message: parts.fault, expected: 'an expression between {{ and }}' }] }
  const [first] = parts
  if (parts.length === 1 && first !== undefined && 'expression' in first)
    return expressionSource(first.expression, engine)
  return mixedSource(parts, engine)
}

const BARE = /^[A-Za-z_]\w*$/
const BRACKETED = /^row\s*\[\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*\]$/
const LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null'])

/** A single expression. One that only names a column does not pay for CEL. */
function expressionSource(expression: string, engine: Engine): Compiled {
  const bracketed = BRACKETED.exec(expression)
  const column = bracketed === null ? expression : (bracketed[1] ?? bracketed[2] ?? '')
  if (bracketed !== null) return columnSource(column, expression)
  const compiled = compileExpression(expression, engine)
  if ('faults' in compiled) return { faults: compiled.faults }
  if (BARE.test(column) && !LITERALS.has(column)) return columnSource(column, expression)
  const columns = [...compiled.columns]
  return {
    origin: `the expression {{ ${expression} }}`,
    read: (scope) => compiled.evaluate(scope.context),
    columns,
    inContext: columns,
    expression,
  }
}

function mixedSource(parts: readonly TemplatePart[], engine: Engine): Compiled {
  const compiled = parts.map((part) => ('text' in part ? part.text : expressionSource(part.expression, engine)))
  const faults = compiled.flatMap((part) => (typeof part !== 'string' && 'faults' in part ? part.faults : []))
  if (faults.length > 0) return { faults }
  const pieces = compiled.filter((part): part is string | Source => typeof part === 'string' || !('faults' in part))
  const sources = pieces.filter((piece) => typeof piece !== 'string')
  return {
    origin: 'the template',
    read: (scope) => concatenate(pieces, scope),
    columns: sources.flatMap((source) => source.columns),
    inContext: sources.flatMap((source) => source.inContext),
  }
}

function concatenate(pieces: readonly (string | Source)[], scope: RowScope): string {
  let text = ''
  for (const piece of pieces) text += typeof piece === 'string' ? piece : textOf(piece.read(scope)).trim()
  return text
}
