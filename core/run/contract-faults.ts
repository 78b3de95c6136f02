/** What a connector does that no connector may, said so that its author finds it. TypeScript finds most; JavaScript none. */
import { describeValue } from '../text/describe.ts'
import { OperatorError } from '../errors.ts'
import type { Proof, Row, Rows } from '../connector.ts'
import type { ReadableSource } from '../resource.ts'

const PROOF = '`return { complete: true, rows, asOf, evidence }`'

export function contractError({ name, connector }: ReadableSource, what: string, hint: string): OperatorError {
  return new OperatorError(
    'source-contract',
    `${name} is not read: its connector "${connector.name}" breaks the contract: ${what}`,
    { hint: `Nothing was pushed. ${hint}` },
  )
}

/** @throws OperatorError when `read` is no generator */
export function asGenerator(source: ReadableSource, reading: unknown): Rows {
  if (typeof reading === 'object' && reading !== null && 'next' in reading && 'return' in reading)
    return reading as Rows
  throw contractError(
    source,
    `read gives ${describeValue(reading)} instead of rows`,
    'Write it as a generator: `async *read(ctx) { … }`.',
  )
}

/** @throws OperatorError for what is no row */
export function checkRow(source: ReadableSource, row: Row): void {
  const { at, fields } = (row ?? {}) as Partial<Row>
  if (typeof fields === 'object' && fields !== null && typeof at === 'string') return
  throw contractError(
    source,
    'it yields something that is no row',
    'A row is { at, fields }: where it came from, as text, and an object with a key for each column.',
  )
}

/** Why the read does not prove that it is whole, and what its author can do; undefined when there is a whole proof. */
export function proofFault(proof: Proof | undefined, rows: number): { why: string; hint?: string } | undefined {
  if (typeof proof !== 'object' || proof === null)
    return {
      why: 'it ended without a statement that it saw everything',
      hint: `Nothing was pushed. A connector that saw everything ends its read with ${PROOF}.`,
    }
  const { complete, asOf, evidence } = proof as Partial<Proof>
  if (complete !== true) return { why: typeof evidence === 'string' ? evidence : 'it does not say why' }
  if (proof.rows !== rows) return { why: `it says ${String(proof.rows)} rows, and ${rows} arrived` }
  if (!(asOf instanceof Date) || Number.isNaN(asOf.getTime()))
    return {
      why: 'it does not say of what time its data speaks (asOf)',
      hint: 'Nothing was pushed. `asOf` is a Date: the time of a file, or of the first request.',
    }
  if (typeof evidence === 'string' && evidence.trim() !== '') return undefined
  return {
    why: 'it does not say how it knows that it saw everything (evidence)',
    hint: "Nothing was pushed. `evidence` says it in words: 'last page seen'.",
  }
}
