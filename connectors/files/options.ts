/** Options that every connector has whose rows come from a file. */
import type { ObjectSchema, OptionSchema, OptionsOf } from '../../core/connector.ts'
import { LOCATION_OPTIONS } from './location-options.ts'

const CONTROL = {
  type: 'object',
  description:
    'A side file that says what the data file should be. Without it, or when it disagrees, the read is incomplete.',
  properties: {
    file: {
      type: 'string',
      minLength: 1,
      description:
        'Its name or pattern, relative to the data file. {path} stands for the data file, {name} for its name, {stem} for its name without the extension.',
      examples: ['{name}.ctl', '{stem}.sha256'],
    },
    holds: {
      type: 'string',
      enum: ['count', 'sha256'],
      description: 'What it says: the number of rows, or the SHA-256 of the file (as sha256sum writes it).',
    },
    extra: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'What the count counts besides the rows: 1 when it counts the header too.',
    },
  },
  required: ['file', 'holds'],
} as const satisfies ObjectSchema

export const FILE_OPTIONS = {
  path: {
    type: 'string',
    format: 'location',
    description:
      'The file, or a pattern with *, ?, [a-z] or ** (any depth of folders); also sftp://user@host/folder/file or pattern, https://host/file, or - for standard input.',
    examples: ['./exports/people.csv', './exports/people-*.csv', 'sftp://people@files.example.com/out/people-*.csv'],
  },
  pick: {
    type: 'string',
    enum: ['newest', 'all'],
    description: 'What to read when the pattern matches several files. Without it that is an error.',
  },
  nameDate: {
    type: 'string',
    minLength: 1,
    description:
      'Format of the date in the names, in the tokens of luxon: the newest is then judged by it, not by the time of the file.',
    examples: ['yyyyMMdd', "'people_'dd-MM-yyyy"],
  },
  settle: {
    type: 'string',
    format: 'duration',
    description:
      'A file that was touched within this time is waited for: somebody may still be writing it. Default 2s; 60s on a share or a server, on SFTP and shares between two looks at the file.',
  },
  minRows: {
    type: 'integer',
    minimum: 0,
    description: 'Fewer rows than this are incomplete.',
  },
  control: CONTROL,
  ...LOCATION_OPTIONS,
} as const satisfies Readonly<Record<string, OptionSchema>>

export type FileOptions = OptionsOf<{
  readonly type: 'object'
  readonly properties: typeof FILE_OPTIONS
  readonly required: readonly ['path']
}>
