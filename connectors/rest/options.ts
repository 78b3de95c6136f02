import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'
import { AUTH_OPTIONS } from './auth-options.ts'
import { PAGING_OPTIONS } from './paging-options.ts'

export const REST_OPTIONS = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      pattern: '^https?://[^/]',
      description: 'URL of the list of rows, without credentials.',
      examples: ['https://hr.example.com/v1/people'],
    },
    method: {
      type: 'string',
      enum: ['GET', 'POST'],
      default: 'GET',
      description: 'POST is for searches and GraphQL, and needs `body`.',
    },
    query: {
      type: 'object',
      default: {},
      description: 'Query parameters, added to those in `url`.',
      properties: {},
      additionalProperties: { type: 'string', description: 'Value of the parameter.' },
    },
    headers: {
      type: 'object',
      default: {},
      description: 'Headers of each request.',
      properties: {},
      additionalProperties: { type: 'string', description: 'Value of the header.' },
    },
    secretHeaders: {
      type: 'object',
      default: {},
      description: 'Headers whose values are secret.',
      properties: {},
      additionalProperties: { type: 'string', secret: true, description: 'Value of the header.' },
    },
    body: {
      type: 'string',
      minLength: 1,
      description: 'Body of each request, as JSON text. Only with `method: POST`.',
      examples: ['{"status":"all"}'],
    },
    auth: AUTH_OPTIONS,
    rows: {
      type: 'string',
      minLength: 1,
      description: 'Path of the list of rows in an answer. Without it the answer itself is the list.',
      examples: ['data', 'data.people.nodes'],
    },
    paging: PAGING_OPTIONS,
    total: {
      type: 'string',
      minLength: 1,
      description: 'Path of the number of all rows, not of those of one page. It must agree with what was read.',
      examples: ['meta.total', '@odata.count'],
    },
    totalHeader: {
      type: 'string',
      minLength: 1,
      description: 'The header with that number, instead of `total`.',
      examples: ['X-Total-Count', 'Content-Range'],
    },
    idField: {
      type: 'string',
      minLength: 1,
      description:
        'Path of what tells rows apart. The same one on two pages means that the list moved while it was read.',
      examples: ['id'],
    },
    optionalFields: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'Name of a field.' },
      description:
        'Fields that the API leaves out of a row when they have no value. Rows get them as null, so that a mapping may name one even when no row has it.',
    },
    ignoreSigns: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'Path of the sign.' },
      description: 'Paths in an answer that look as if they told of more rows, or of a failure, and do not.',
    },
    minRows: { type: 'integer', minimum: 0, description: 'Fewer rows than this are incomplete.' },
    maxPages: {
      type: 'integer',
      minimum: 1,
      default: 10_000,
      description: 'A read that is not at its end after so many pages is incomplete.',
    },
    maxPage: {
      type: 'string',
      pattern: '^([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-6])MiB$',
      default: '32MiB',
      description: 'Largest answer, unpacked, up to 256MiB. It is held in memory, several times over.',
      examples: ['64MiB'],
    },
    requestsPerMinute: {
      type: 'integer',
      minimum: 1,
      description: 'No minute has more requests than this. Without it the reader is as fast as the server.',
    },
    answerTimeout: {
      type: 'string',
      format: 'duration',
      default: '60s',
      description: 'How long the server may be silent while an answer is due, at its beginning or in its middle.',
    },
    ca: {
      type: 'string',
      format: 'path',
      description: 'PEM file with certificates to trust besides the usual ones.',
    },
  },
  required: ['url', 'paging'],
} as const satisfies ObjectSchema

export type RestOptions = OptionsOf<typeof REST_OPTIONS>

export type PagingOptions = RestOptions['paging']

export type AuthOptions = NonNullable<RestOptions['auth']>
