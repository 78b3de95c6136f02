import type { ReadContext, Rows } from '../../core/connector.ts'
import { readFiles } from '../files/read-files.ts'
import { readCsv } from '../tables/read-csv.ts'
import type { CsvOptions } from './options.ts'

/** Reads the file or files, and proves that they were whole and at rest. */
export function readCsvFiles(context: ReadContext<CsvOptions>): Rows {
  return readFiles(context, (body) => readCsv(body, context.options))
}
