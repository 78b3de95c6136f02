import { OperatorError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { TextEnd } from '../files/read-text.ts'
import { findDelimiter, sayDelimiter, separatorLine } from './delimiter.ts'
import { type CsvOptions, quoteOf } from './csv-options.ts'
import { createRecordParser, type CsvFault, type CsvRecord, type RecordParser } from './records.ts'
import type { Ending } from './table.ts'

export interface RecordsInput {
  /** Of the file, for places. */
  readonly name: string
  readonly options: CsvOptions
  readonly log: Log
}

export interface RecordsEnd {
  readonly ending: Ending
  /** Why it is broken. */
  readonly fault?: string
}

type Text = AsyncGenerator<Buffer, TextEnd, void>

/**
 * The records of a text, a batch for each piece of it.
 * @throws OperatorError `csv-delimiter` when the delimiter is neither given nor clear
 */
export async function* readRecords(
  text: Text,
  input: RecordsInput,
): AsyncGenerator<readonly CsvRecord[], RecordsEnd, void> {
  const first = await text.next()
  if (first.done === true) return endWithout(first.value.cut)
  let next = await text.next()
  const { parser, skip } = start(first.value, { ...input, whole: next.done === true })
  let piece = first.value.subarray(skip)
  let lastByte = 0
  for (;;) {
    const { records, fault } = await parser.write(piece)
    yield records
    if (fault !== undefined) return { ending: 'broken', fault: sayFault(input.name, fault) }
    lastByte = piece.at(-1) ?? lastByte
    if (next.done === true) return yield* finish(parser, lastByte, { cut: next.value.cut, name: input.name })
    piece = next.value
    next = await text.next()
  }
}

async function* finish(
  parser: RecordParser,
  lastByte: number,
  { cut, name }: { cut: string | undefined; name: string },
): AsyncGenerator<readonly CsvRecord[], RecordsEnd, void> {
  // What stands before a cut within a character is a piece of a cell, never a record.
  if (cut !== undefined) return { ending: 'broken', fault: cut }
  const { records, fault } = await parser.end()
  yield records
  if (fault !== undefined) return { ending: 'broken', fault: sayFault(name, fault) }
  return { ending: lastByte === 10 || lastByte === 13 ? 'closed' : 'open' }
}

/** There was no text at all, or not one whole character of it. */
function endWithout(cut: string | undefined): RecordsEnd {
  return cut === undefined ? { ending: 'open' } : { ending: 'broken', fault: cut }
}

interface StartInput extends RecordsInput {
  /** Whether the first piece of text is all of it. */
  readonly whole: boolean
}

function start(head: Buffer, { name, options, whole, log }: StartInput): { parser: RecordParser; skip: number } {
  const text = head.toString('utf8')
  const separator = separatorLine(text)
  const skip = Buffer.byteLength(separator?.line ?? '')
  const body = text.slice(separator?.line.length ?? 0)
  const quote = quoteOf(options)
  const given = options.delimiter === 'tab' ? '\t' : options.delimiter
  const found = given ?? separator?.delimiter ?? findDelimiter(body, quote, whole)
  if (typeof found !== 'string') throw unclearDelimiter(name, found)
  if (given === undefined) log.info('found the delimiter', { file: name, delimiter: sayDelimiter(found) })
  const firstLine = separator === undefined ? 1 : 2
  return { parser: createRecordParser({ delimiter: found, quote, firstLine }), skip }
}

function unclearDelimiter(name: string, candidates: readonly string[]): OperatorError {
  const names = candidates.map(sayDelimiter).join(' or ')
  return new OperatorError('csv-delimiter', `it is not clear what stands between the cells of ${name}: ${names}`, {
    hint: 'Set `delimiter` for this connector.',
  })
}

function sayFault(name: string, { kind, line, column }: CsvFault): string {
  const cell = column === undefined ? '' : `, cell ${column}`
  const at = `${name}:${line}`
  switch (kind) {
    case 'open-quote':
      return `${name} ends within a quoted cell of the row that starts at ${at}${cell}: it was cut off, or a quotation mark is not closed`
    case 'stray-quote':
      return `the row that starts at ${at}${cell} has a quotation mark where none may stand (within quotes it is doubled, outside there is none)`
    case 'too-long':
      return `the row that starts at ${at} has no end within 10 MiB: a quotation mark is not closed`
    case 'other':
      return `the row that starts at ${at}${cell} cannot be read`
  }
}
