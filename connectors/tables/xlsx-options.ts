/** Options of every connector that reads workbooks. */
import type { OptionSchema, OptionsOf } from '../../core/connector.ts'
import type { TrailerSpec } from './csv-options.ts'

export const XLSX_OPTIONS = {
  sheet: {
    type: 'string',
    minLength: 1,
    description:
      'The sheet: its name, or its number from 1, hidden sheets counted. Without it there must be one visible sheet.',
    examples: ['Employees', '2'],
  },
  headerRow: {
    type: 'integer',
    minimum: 1,
    description: 'The row with the column names, as Excel numbers it. Without it the row is found and reported.',
  },
  errorCells: {
    type: 'string',
    enum: ['incomplete', 'empty'],
    default: 'incomplete',
    description:
      'What a cell with an error value (#REF!, #N/A) or a formula never calculated means: the read is incomplete, or the cell counts as empty.',
  },
} as const satisfies Readonly<Record<string, OptionSchema>>

export type XlsxOptions = OptionsOf<{ readonly type: 'object'; readonly properties: typeof XLSX_OPTIONS }> & {
  readonly trailer?: TrailerSpec
}
