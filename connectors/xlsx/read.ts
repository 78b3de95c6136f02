import type { ReadContext, Rows } from '../../core/connector.ts'
import { readFiles } from '../files/read-files.ts'
import { readXlsx } from '../tables/read-xlsx.ts'
import type { XlsxOptions } from './options.ts'

/** Reads the workbook or workbooks, and proves that they were whole and at rest. */
export function readXlsxFiles(context: ReadContext<XlsxOptions>): Rows {
  return readFiles(context, (body) => readXlsx(body, context.options), { archives: 'keep' })
}
