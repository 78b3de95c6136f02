import type { ObjectSchema, OptionSchema, OptionsOf } from '../../core/connector.ts'
import { FILE_OPTIONS } from '../files/options.ts'
import { CSV_OPTIONS } from '../tables/csv-options.ts'
import { XLSX_OPTIONS } from '../tables/xlsx-options.ts'
import { PRESET_NAMES } from './presets.ts'

function column(description: string, examples: readonly string[]) {
  return { type: 'string', minLength: 1, description, examples } as const satisfies OptionSchema
}

const COLUMNS = {
  type: 'object',
  description: 'Which column says what of an employment. Those of a preset are named already.',
  properties: {
    id: column('The person: the same in every row of one person, and for ever.', ['Employee ID']),
    start: column('The first day.', ['Hire Date']),
    end: column('The last day; empty while there is none.', ['Termination Date']),
    status: column('A status in words; it decides where there is no end date. Needs `statuses`.', ['Status']),
    type: column('Employee, contractor and the like.', ['Worker Type']),
    primary: column('Which of several rows of a person is the main one: yes, true, 1, x.', ['Primary Job']),
  },
} as const satisfies ObjectSchema

export const HRIS_OPTIONS = {
  type: 'object',
  properties: {
    ...FILE_OPTIONS,
    format: {
      type: 'string',
      enum: ['csv', 'xlsx'],
      description: 'What the file is. Without it: xlsx for names that end so, else csv.',
    },
    preset: {
      type: 'string',
      enum: PRESET_NAMES,
      description: 'Whose export it is: columns, date format and statuses are then known. What is written here wins.',
    },
    columns: COLUMNS,
    dateFormat: {
      type: 'string',
      minLength: 1,
      description:
        'How dates in text are written, in the tokens of luxon. There is no default, since 03/04/2026 is two dates. Real dates of a workbook need none.',
      examples: ['dd.MM.yyyy', 'MM/dd/yyyy', 'yyyy-MM-dd'],
    },
    noDate: {
      type: 'array',
      items: { type: 'string', description: 'A text.' },
      default: [],
      description:
        'Texts that stand for no date, besides an empty cell: 00.00.0000, 31.12.9999. Real dates of a workbook that are the same day count, too.',
    },
    endDate: {
      type: 'string',
      enum: ['last-day', 'first-day-off'],
      description: 'What the end date is: the last day of the employment (the default), or the first day without it.',
    },
    statuses: {
      type: 'object',
      properties: {},
      additionalProperties: {
        type: 'string',
        enum: ['employed', 'left'],
        description: 'What this text of the status column means.',
      },
      description: 'What the texts of the status column mean. A text that is not listed is a problem of that person.',
    },
    contractors: {
      type: 'string',
      enum: ['keep', 'exclude'],
      default: 'keep',
      description: 'Whether people whose type is one of `contractorTypes` belong to the set.',
    },
    contractorTypes: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'A type.' },
      default: [],
      description: 'Texts of the type column that mean a contractor, whatever the letter case.',
    },
    assignments: {
      type: 'string',
      enum: ['latest', 'primary', 'single'],
      default: 'latest',
      description:
        'Which row speaks for a person who has several: the one of today with the latest start, the one marked primary, or none: then several rows at one time are a problem.',
    },
    onGone: {
      type: 'string',
      format: 'duration',
      default: '90d',
      description: 'So long after their last day people are sent as DEACTIVATED; then they are left out. 0d: at once.',
    },
    ...XLSX_OPTIONS,
    ...CSV_OPTIONS,
  },
  required: ['path'],
} as const satisfies ObjectSchema

export type HrisOptions = OptionsOf<typeof HRIS_OPTIONS>
