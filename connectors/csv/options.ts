import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'
import { FILE_OPTIONS } from '../files/options.ts'
import { CSV_OPTIONS as TEXT_OPTIONS } from '../tables/csv-options.ts'

export const CSV_OPTIONS = {
  type: 'object',
  properties: { ...FILE_OPTIONS, ...TEXT_OPTIONS },
  required: ['path'],
} as const satisfies ObjectSchema

export type CsvOptions = OptionsOf<typeof CSV_OPTIONS>
