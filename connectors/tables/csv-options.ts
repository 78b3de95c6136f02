/** Options of every connector that reads tables in text. */
import type { OptionSchema, OptionsOf } from '../../core/connector.ts'
import { ENCODINGS } from '../files/encoding.ts'

export const CSV_OPTIONS = {
  encoding: {
    type: 'string',
    enum: ENCODINGS,
    description: 'How letters are written. Without it strict UTF-8, or UTF-16 when the file begins with its mark.',
  },
  delimiter: {
    type: 'string',
    pattern: '^(tab|[^"\'\\r\\n\\u0000]{1,3})$',
    description:
      'What stands between cells; tab for a tabulator. Without it comma, semicolon, tab or | is found and reported.',
    examples: [';', 'tab'],
  },
  quote: {
    type: 'string',
    enum: ['double', 'single', 'none'],
    default: 'double',
    description: 'The quotation mark around cells; none when quotation marks are ordinary letters.',
  },
  trailer: {
    type: 'object',
    description:
      'The last row is no person but says how many rows there are. Without it, or when it disagrees, the read is incomplete.',
    properties: {
      prefix: {
        type: 'string',
        minLength: 1,
        description:
          'How its first cell begins. Without it the last row must have another number of cells than the header, and end with a line break.',
        examples: ['TRAILER'],
      },
      column: {
        type: 'integer',
        minimum: 1,
        default: 1,
        description: 'The cell that holds the count, the first being 1.',
      },
      extra: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: 'What the count counts besides the rows: 1 for the header or the trailer, 2 for both.',
      },
    },
  },
} as const satisfies Readonly<Record<string, OptionSchema>>

export type CsvOptions = OptionsOf<{ readonly type: 'object'; readonly properties: typeof CSV_OPTIONS }>

export type TrailerSpec = NonNullable<CsvOptions['trailer']>

const QUOTES: Readonly<Record<CsvOptions['quote'], string | undefined>> = {
  double: '"',
  single: "'",
  none: undefined,
}

export function quoteOf(options: CsvOptions): string | undefined {
  return QUOTES[options.quote]
}
