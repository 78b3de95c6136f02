import type { Row } from '../../core/connector.ts'
import type { BodyEnd, FileBody } from '../files/read-files.ts'
import { readText } from '../files/read-text.ts'
import type { CsvOptions } from './csv-options.ts'
import type { CsvRecord } from './records.ts'
import { readRecords, type RecordsEnd } from './read-records.ts'
import { createTable } from './table.ts'

/**
 * The rows of a table in text, in batches.
 * @throws OperatorError when it cannot be read as a table at all
 */
export async function* readCsv(body: FileBody, options: CsvOptions): AsyncGenerator<readonly Row[], BodyEnd, void> {
  const { name, log } = body
  const text = readText(body.pieces, { name, kind: 'CSV', encoding: options.encoding, log })
  return yield* toRows(readRecords(text, { name, options, log }), body, options)
}

type Records = AsyncGenerator<readonly CsvRecord[], RecordsEnd, void>

async function* toRows(
  records: Records,
  body: FileBody,
  { trailer }: CsvOptions,
): AsyncGenerator<readonly Row[], BodyEnd, void> {
  const table = createTable({ name: body.name, trailer, announce: body.announce })
  let step = await records.next()
  for (; step.done !== true; step = await records.next()) {
    const rows = table.take(step.value)
    if (rows.length > 0) yield rows
  }
  const { ending, fault } = step.value
  const end = table.end(ending)
  // An empty file says that there is nobody: the guard judges that, as it judges a header alone.
  const empty = end.columns === undefined && fault === undefined
  const evidence = empty ? [`${body.name} is empty: it has not even a header`, ...end.evidence] : end.evidence
  const faults = fault === undefined ? end.faults : [fault, ...end.faults]
  return { ...end, ending, evidence, faults, hasEndMark: trailer !== undefined }
}
