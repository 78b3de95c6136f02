import type { CheckContext } from '../../core/connector.ts'
import { checkFiles } from '../files/check-files.ts'
import { readXlsx } from '../tables/read-xlsx.ts'
import type { XlsxOptions } from './options.ts'

/** Finds the workbooks, opens them and reads their headers; says what it saw. */
export function checkXlsx(context: CheckContext<XlsxOptions>): Promise<string> {
  return checkFiles(context, (body) => readXlsx(body, context.options), { archives: 'keep' })
}
