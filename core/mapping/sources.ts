/** Where the value of a field comes from: a column, an expression, or a text with several of them. */
import type { JoinedColumn } from './expression-check.ts'
import { compileExpression, type Engine } from './expression.ts'
import { ownValue, type RowValue } from './expression-runtime.ts'
import type { Fields, JoinedRows } from './mapping.ts'
import { splitTemplate, type TemplatePart } from './template.ts'
import { textOf } from './text-of.ts'

/** A row while it is mapped. */
export interface RowScope {
  readonly fields: Fields
  /** The rows that were found for it in joined sources, by the name of each. */
  readonly joined: JoinedRows
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
  readonly joined: readonly JoinedColumn[]
  /** The whole expression, when the template is one. */
  readonly expression?: string
}

export interface SourceFault {
  readonly message: string
  readonly expected?: string
  readonly nearest?: string
}

type Compiled = Source | { readonly faults: readonly SourceFault[] }

/** A template, or the name of a column as the data spells it; `dir.login` is one of a joined source. */
export function sourceOf(text: string, engine: Engine): Compiled {
  return templateSource(text, engine) ?? namedSource(text.trim(), engine.names.joins)
}

function namedSource(name: string, joins: ReadonlySet<string>): Source {
  const dot = name.indexOf('.')
  const join = name.slice(0, Math.max(dot, 0))
  return joins.has(join) ? joinedSource({ join, column: name.slice(dot + 1) }) : columnSource(name)
}

function joinedSource(place: JoinedColumn): Source {
  const { join, column } = place
  return {
    origin: `column '${column}' of ${join}`,
    read: ({ joined }) => {
      const fields = joined.get(join)
      return fields === undefined ? '' : ownValue(fields, column)
    },
    columns: [],
    inContext: [],
    joined: [place],
  }
}

function columnSource(column: string, expression?: string): Source {
  return {
    origin: `column '${column}'`,
    read: (scope) => ownValue(scope.fields, column),
    columns: [column],
    inContext: [],
    joined: [],
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
    joined: compiled.joined,
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
    joined: sources.flatMap((source) => source.joined),
  }
}

function concatenate(pieces: readonly (string | Source)[], scope: RowScope): string {
  let text = ''
  for (const piece of pieces) text += typeof piece === 'string' ? piece : textOf(piece.read(scope)).trim()
  return text
}
