import type { CheckContext } from '../../core/connector.ts'
import { checkFiles } from '../files/check-files.ts'
import { readCsv } from '../tables/read-csv.ts'
import type { CsvOptions } from './options.ts'

/** Finds the files, opens them and reads their headers; says what it saw. */
export function checkCsv(context: CheckContext<CsvOptions>): Promise<string> {
  return checkFiles(context, (body) => readCsv(body, context.options))
}
