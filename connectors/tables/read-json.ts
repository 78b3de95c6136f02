import { ConfigError } from '../../core/errors.ts'
import type { Row } from '../../core/connector.ts'
import type { BodyEnd, FileBody } from '../files/read-files.ts'
import { readText } from '../files/read-text.ts'
import { type AddedFields, addedNames, withAddedFields } from './added-fields.ts'
import { DocumentFault } from './json-cursor.ts'
import type { JsonOptions } from './json-options.ts'
import { parsePath } from './json-path.ts'
import { createJsonRows, type JsonRows } from './json-rows.ts'
import type { LineFault } from './ndjson.ts'
import { createStatedRows, doubtEnding, type StatedRows } from './stated-rows.ts'

type Rows = AsyncGenerator<readonly Row[], BodyEnd, void>
type Text = ReturnType<typeof readText>

/** The names of files whose lines are documents of their own; a packed one may have another ending behind it. */
const LINES_NAME = /\.(?:ndjson|jsonl|ldjson)(?:\.|$)/i

/**
 * The rows of a JSON file, in batches: of a document, or of lines that are one each.
 * @throws ConfigError when the options contradict each other; OperatorError when the file is no text
 */
export async function* readJson(body: FileBody, options: JsonOptions, now: number): Rows {
  const steps = parsePath(options.rows)
  const { name } = body
  const { keep, endLine, optionalFields, fileField } = options
  const added: AddedFields = { fileField, fileName: name, optionalFields }
  const isLines = readsLines(name, options)
  const text = readText(body.pieces, { name, kind: 'JSON', encoding: undefined, log: body.log })
  try {
    if (!isLines) {
      const rows = createJsonRows({ name, steps, keep })
      return yield* filled(readDocument(text, rows, name), added)
    }
    const announce = (names: readonly string[]): void => body.announce(addedNames(names, added))
    const rows = createStatedRows({ place: (line) => `${name}:${line}`, announce })
    return yield* filled(readLines(text, rows, { name, endLine, now }), added)
  } finally {
    await text.return({})
  }
}

async function* filled(rows: Rows, added: AddedFields): Rows {
  try {
    let step = await rows.next()
    for (; step.done !== true; step = await rows.next()) yield withAddedFields(step.value, added)
    return step.value
  } finally {
    await rows.return(NOTHING)
  }
}

/** What a read that its consumer ended early says of the file: nobody asks. */
const NOTHING: BodyEnd = { rows: 0, columns: undefined, ending: 'broken', faults: [], evidence: [] }

/** @throws ConfigError when options that are about the other form are given */
function readsLines(name: string, { format, rows, keep, endLine }: JsonOptions): boolean {
  const isDocument = format === 'document' || (format === undefined && (rows !== undefined || !LINES_NAME.test(name)))
  if (isDocument && endLine) throw contradiction('endLine', 'document', 'lines')
  if (!isDocument && rows !== undefined) throw contradiction('rows', 'lines', 'document')
  if (!isDocument && keep.length > 0) throw contradiction('keep', 'lines', 'document')
  return !isDocument
}

async function* readDocument(text: Text, rows: JsonRows, name: string): Rows {
  try {
    let step = await text.next()
    for (; step.done !== true; step = await text.next()) {
      rows.write(step.value)
      const batch = rows.taken()
      if (batch.length > 0) yield batch
    }
    if (step.value.cut !== undefined) return broken(rows.count(), step.value.cut)
    rows.end()
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error
    // What came before the fault is there to be counted, and to be seen in a preview.
    const batch = rows.taken()
    if (batch.length > 0) yield batch
    return broken(rows.count(), `${name} ${error.message}`)
  }
  const evidence = ['the document is whole']
  return { rows: rows.count(), columns: undefined, ending: 'closed', faults: [], evidence, hasEndMark: true }
}

interface LinesHow {
  readonly name: string
  readonly endLine: boolean
  readonly now: number
}

async function* readLines(text: Text, rows: StatedRows, how: LinesHow): Rows {
  let lastByte = 0
  let step = await text.next()
  for (; step.done !== true; step = await text.next()) {
    lastByte = step.value.at(-1) ?? lastByte
    const piece = rows.write(step.value)
    if (piece.rows.length > 0) yield piece.rows
    if (piece.fault !== undefined) return broken(rows.count(), sayFault(piece.fault, how.name))
  }
  if (step.value.cut !== undefined) return broken(rows.count(), step.value.cut)
  const last = rows.end()
  if (last.rows.length > 0) yield last.rows
  if (last.fault !== undefined) return broken(rows.count(), sayFault(last.fault, how.name))
  return judgeLines(rows, how, lastByte === 0)
}

function judgeLines(rows: StatedRows, { name, endLine, now }: LinesHow, isEmpty: boolean): BodyEnd {
  const ending = rows.ending()
  const count = rows.count()
  if (ending === undefined && endLine)
    return broken(count, `${name} lacks the end line that says that its rows are all`)
  const doubt = ending === undefined ? undefined : doubtEnding(ending, count, now)
  const evidence = ending === undefined ? [] : ['the end line agrees']
  if (isEmpty) evidence.push(`${name} is empty`)
  const faults = doubt === undefined ? [] : [`${name}: ${doubt}`]
  // The last object is whole, or it would be no JSON; whether lines are missing, a count must tell.
  const hasEndMark = ending !== undefined
  return { rows: count, columns: undefined, ending: 'closed', faults, evidence, hasEndMark }
}

function sayFault({ kind, line, says }: LineFault, name: string): string {
  const whole = kind === 'json' && line === 1 ? '; if the file is one document, set `format: document`' : ''
  return `${name}:${line} ${says}${whole}`
}

function broken(rows: number, fault: string): BodyEnd {
  return { rows, columns: undefined, ending: 'broken', faults: [fault], evidence: [] }
}

function contradiction(option: string, is: string, needs: string): ConfigError {
  return new ConfigError(
    'json-options',
    `\`${option}\` is for \`format: ${needs}\`, and the file is read as \`${is}\``,
    {
      hint: `Set \`format: ${needs}\`, or take \`${option}\` out.`,
    },
  )
}
