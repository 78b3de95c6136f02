/** The functions of expressions. What their input lacks is '', so that they never fail on an absent field. */
import { createHash } from 'node:crypto'
import type { Environment } from '@marcbachmann/cel-js'
import { describeValue } from '../text/describe.ts'
import { dateFormatExample } from './date-format.ts'
import type { DateReader } from './dates.ts'
import { Fault } from './fault.ts'
import { textOf } from './text-of.ts'

/** What functions know besides their arguments. */
export interface FunctionFacts {
  readonly dates: DateReader
  readonly tables: Tables
  /** The run's instant: set before each row is mapped, which happens in one go. */
  readonly run: { now: number }
}

/** By table, then by key. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, unknown>>

const MOST_CHOICES = 12

/** By name, how each is called; for messages and help. */
export const FUNCTION_FORMS: Readonly<Record<string, string>> = {
  date: "date(text, 'dd/MM/yyyy')",
  lookup: "lookup('table', key)",
  lower: 'lower(text)',
  upper: 'upper(text)',
  trim: 'trim(text)',
  split: "split(text, ',')",
  join: "join(list, ' ')",
  replace: "replace(text, 'from', 'to')",
  coalesce: 'coalesce(first, second, …)',
  hash: 'hash(text)',
  now: 'now()',
}

export function registerFunctions(environment: Environment, facts: FunctionFacts): void {
  const register = (signature: string, handler: (...values: unknown[]) => unknown): void => {
    environment.registerFunction(signature, { handler, async: false })
  }
  register('date(dyn): dyn', (value) => readDate(value, undefined, facts.dates))
  register('date(dyn, string): dyn', (value, format) => readDate(value, String(format), facts.dates))
  register('lookup(string, dyn): dyn', (table, key) => facts.tables.get(String(table))?.get(textOf(key).trim()) ?? '')
  register('now(): google.protobuf.Timestamp', () => new Date(facts.run.now))
  register('hash(dyn): string', (value) => hash(textOf(value).trim()))
  register('lower(dyn): string', (value) => textOf(value).toLowerCase())
  register('upper(dyn): string', (value) => textOf(value).toUpperCase())
  register('trim(dyn): string', (value) => textOf(value).trim())
  register('replace(dyn, string, string): string', (value, from, to) =>
    replace(textOf(value), String(from), String(to)),
  )
  register('split(dyn, string): list<string>', (value, separator) => split(value, String(separator)))
  register('join(dyn, string): string', (list, separator) => join(list, String(separator)))
  for (let count = 1; count <= MOST_CHOICES; count++) {
    register(`coalesce(${Array<string>(count).fill('dyn').join(', ')}): dyn`, coalesce)
  }
}

/** The instant that a text says, as a timestamp; '' for ''. A date that a driver has read already stays as it is. */
function readDate(value: unknown, format: string | undefined, dates: DateReader): unknown {
  if (value instanceof Date) return value
  if (typeof value === 'number' || typeof value === 'bigint') {
    throw new Fault(
      'bad-date',
      `date() was given ${describeValue(value)}, whose unit would be a guess; expected a date in text`,
    )
  }
  const text = textOf(value).trim()
  if (text === '') return ''
  const ms = format === undefined ? dates.iso(text) : dates.formatted(text, format)
  if (ms !== undefined) return new Date(ms)
  const expected =
    format === undefined ? 'ISO 8601, such as 2025-12-31' : `the format ${format}, such as ${dateFormatExample(format)}`
  throw new Fault('bad-date', `date() was given ${describeValue(text)}; expected a date in ${expected}`)
}

/** 64 hex digits; '' for ''. */
function hash(text: string): string {
  return text === '' ? '' : createHash('sha256').update(text).digest('hex')
}

function replace(text: string, from: string, to: string): string {
  // split and join, because a `$&` in `to` is text and not an instruction.
  return from === '' ? text : text.split(from).join(to)
}

function split(value: unknown, separator: string): string[] {
  const text = textOf(value)
  return text === '' ? [] : text.split(separator)
}

/** Leaves out what is empty, so that a missing middle name leaves no double blank. */
function join(list: unknown, separator: string): string {
  if (list === '') return ''
  if (!Array.isArray(list)) throw new Fault('wrong-type', `join() was given ${describeValue(list)}; expected a list`)
  const texts = list.map((item) => textOf(item).trim())
  return texts.filter((text) => text !== '').join(separator)
}

/** The first value that is not empty; '' when all are. */
function coalesce(...values: readonly unknown[]): unknown {
  return values.find((value) => !isEmpty(value)) ?? ''
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}
