/** Options of whatever reads JSON from a file. */
import type { OptionSchema, OptionsOf } from '../../core/connector.ts'
import { PATH_PATTERN } from './json-path.ts'

export const JSON_OPTIONS = {
  format: {
    type: 'string',
    enum: ['document', 'lines'],
    description:
      'One document with a list in it, or a document a line (NDJSON). Without it names that end with .ndjson, .jsonl or .ldjson mean lines.',
  },
  rows: {
    type: 'string',
    pattern: PATH_PATTERN,
    description:
      'Where in the document the list of rows is: keys with dots, or a JSON pointer; [] for each element of a list on the way, ? for a key that may be missing. Without it the document is the list.',
    examples: ['data.items', '/data/items', 'Results[].Vulnerabilities?'],
  },
  keep: {
    type: 'array',
    items: { type: 'string', minLength: 1, description: 'A key of an object around the list.' },
    default: [],
    description: 'Keys of the objects around the list whose values each row gets too. They must stand before the list.',
  },
  fileField: {
    type: 'string',
    minLength: 1,
    description:
      'A field that each row gets besides: the name of its file. For files whose names say what they are about, such as one for each host.',
    examples: ['file'],
  },
  optionalFields: {
    type: 'array',
    items: { type: 'string', minLength: 1, description: 'Name of a field.' },
    default: [],
    description:
      'Fields that rows may lack when they have no value. Rows get them as null, so that a mapping may name one even when no row has it.',
  },
  endLine: {
    type: 'boolean',
    default: false,
    description:
      'The last of the lines must be an end line, {"vanta-sync":{"complete":true,"rows":123}}. One that is there must agree in any case.',
  },
} as const satisfies Readonly<Record<string, OptionSchema>>

export type JsonOptions = OptionsOf<{ readonly type: 'object'; readonly properties: typeof JSON_OPTIONS }>
