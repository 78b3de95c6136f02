/** CEL: the environment, and expressions compiled in it. */
import { Environment, type ParseResult } from '@marcbachmann/cel-js'
import type { CelNode } from './cel-tree.ts'
import { type ExpressionFault, inspectTree, type JoinedColumn, type Names } from './expression-check.ts'
import { faultOf, loosenBranches, nameHolders, replaceHandlers } from './expression-runtime.ts'
import { type FunctionFacts, registerFunctions } from './functions.ts'

export interface Engine {
  readonly environment: Environment
  readonly names: Names
}

export interface Expression {
  readonly columns: ReadonlySet<string>
  readonly joined: readonly JoinedColumn[]
  /**
   * `columns` by name, on an object without a prototype, `row` as a RowValue, and under the name of each joined source
   * the row found there as a RowValue, or '', and `presenceOf` it. Timestamps come out as Date, whole numbers as BigInt.
   * @throws Fault
   */
  evaluate(context: Readonly<Record<string, unknown>>): unknown
}

/** `joins`: names of joined sources. */
export function createEngine(facts: FunctionFacts, joins: ReadonlySet<string> = new Set()): Engine {
  // Undeclared names are columns: the environment need not know them, `inspectTree` finds them.
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
  registerFunctions(environment, facts)
  registerMixedNumbers(environment)
  const definitions = environment.getDefinitions()
  return {
    environment,
    names: {
      owned: new Set(definitions.variables.map(({ name }) => name)),
      functions: new Set(
        definitions.functions.filter(({ receiverType }) => receiverType === null).map(({ name }) => name),
      ),
      tables: facts.tables,
      joins,
    },
  }
}

/** Numbers of a row are CEL doubles and whole literals are CEL ints; without these `seats + 1` would not compute. */
function registerMixedNumbers(environment: Environment): void {
  const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  }
  environment.registerOperator('double % double: double', (a: number, b: number) => a % b)
  for (const [sign, compute] of Object.entries(operators)) {
    const mixed = (a: unknown, b: unknown): number => compute(Number(a), Number(b))
    environment.registerOperator(`int ${sign} double: double`, mixed)
    environment.registerOperator(`double ${sign} int: double`, mixed)
  }
}

/** All that is wrong with an expression, or the expression. `source` is what stands between the braces. */
export function compileExpression(
  source: string,
  engine: Engine,
): Expression | { readonly faults: readonly ExpressionFault[] } {
  const parsed = parse(source, engine)
  if (typeof parsed !== 'function') return { faults: [parsed] }
  const root = parsed.ast as unknown as CelNode
  const inspection = inspectTree(root, engine.names)
  if (inspection.faults.length > 0) return { faults: inspection.faults }
  loosenBranches(root, dynTypeOf(engine))
  nameHolders(root, engine.names.joins)
  const checked = parsed.check()
  if (!checked.valid) return { faults: [typeFault(checked.error)] }
  replaceHandlers(root, inspection.holders)
  return { columns: inspection.columns, joined: inspection.joined, evaluate: (context) => evaluate(parsed, context) }
}

function evaluate(parsed: ParseResult, context: Readonly<Record<string, unknown>>): unknown {
  try {
    return parsed(context) as unknown
  } catch (error) {
    throw faultOf(error)
  }
}

function parse(source: string, engine: Engine): ParseResult | ExpressionFault {
  try {
    return engine.environment.parse(source)
  } catch (error) {
    return parseFault(source, error)
  }
}

function dynTypeOf(engine: Engine): CelNode['checkedType'] {
  const sample = engine.environment.parse('dyn(1)')
  sample.check()
  return (sample.ast as unknown as CelNode).checkedType
}

/** Words, perhaps with blanks, dots and dashes between them: somebody's column, not somebody's formula. */
const LIKE_A_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_ .\-#$/&@]*$/u

function parseFault(source: string, error: unknown): ExpressionFault {
  const { summary, range } = (error ?? {}) as { summary?: string; range?: { start: number } }
  const place = range === undefined ? '' : ` (at character ${range.start + 1} of the expression)`
  if (!LIKE_A_NAME.test(source))
    return {
      message: `{{ ${shortened(source)} }} is no CEL: ${summary ?? 'it cannot be read'}${place}`,
      expected: 'an expression in CEL',
    }
  return {
    message: `{{ ${shortened(source)} }} is no name that CEL can take bare${place}`,
    expected: `row['${shortened(source)}']`,
  }
}

/** As messages quote it. */
function shortened(source: string): string {
  return source.length <= LONGEST_QUOTED ? source : `${source.slice(0, LONGEST_QUOTED)}…`
}

const LONGEST_QUOTED = 200

function typeFault(error: unknown): ExpressionFault {
  const { code, summary, range } = (error ?? {}) as { code?: string; summary?: string; range?: { start: number } }
  const place = range === undefined ? '' : ` (at character ${range.start + 1} of the expression)`
  const message = `${summary ?? 'the types do not fit'}${place}`
  return code === 'incompatible_ternary_branches'
    ? { message, expected: 'branches of one type, or dyn(…) around each' }
    : { message }
}
