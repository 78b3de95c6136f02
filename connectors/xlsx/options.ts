import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'
import { FILE_OPTIONS } from '../files/options.ts'
import { CSV_OPTIONS } from '../tables/csv-options.ts'
import { XLSX_OPTIONS as WORKBOOK_OPTIONS } from '../tables/xlsx-options.ts'

export const XLSX_OPTIONS = {
  type: 'object',
  properties: { ...FILE_OPTIONS, ...WORKBOOK_OPTIONS, trailer: CSV_OPTIONS.trailer },
  required: ['path'],
} as const satisfies ObjectSchema

export type XlsxOptions = OptionsOf<typeof XLSX_OPTIONS>
