import type { ObjectSchema, OptionSchema } from '../../core/connector.ts'

const FLAGS = {
  more: {
    type: 'string',
    minLength: 1,
    description:
      'Path of what says whether more pages follow: true or false, or something that is there only while they do.',
    examples: ['meta.has_more', 'data.people.pageInfo.hasNextPage'],
  },
  last: {
    type: 'string',
    minLength: 1,
    description: 'Path of what is true on the last page, and false on the others.',
    examples: ['last', 'isLast'],
  },
} as const satisfies Readonly<Record<string, OptionSchema>>

function counted<const Parameter extends string, const SizeParameter extends string, const Start extends number>(
  parameter: Parameter,
  sizeParameter: SizeParameter,
  start: Start,
) {
  return {
    parameter: {
      type: 'string',
      minLength: 1,
      default: parameter,
      description: 'Name of the parameter; with `in: body` its path.',
    },
    start: { type: 'integer', minimum: 0, default: start, description: 'Its value for the first page.' },
    size: {
      type: 'integer',
      minimum: 1,
      description:
        'How many rows a page shall have. A server that gives fewer is believed to have more until a page is empty.',
    },
    sizeParameter: {
      type: 'string',
      minLength: 1,
      default: sizeParameter,
      description: 'Name of the parameter for `size`.',
    },
    ...FLAGS,
  } as const satisfies Readonly<Record<string, OptionSchema>>
}

/** One way each; which of them is the one is for `paging.ts` to check. */
export const PAGING_OPTIONS = {
  type: 'object',
  description: 'How the API hands out its rows: exactly one of none, page, offset, cursor, link and nextUrl.',
  properties: {
    in: {
      type: 'string',
      enum: ['query', 'body'],
      default: 'query',
      description:
        'Where parameters for paging go: into the URL, or into `body`, where a parameter is a path such as variables.after.',
    },
    none: {
      type: 'object',
      description: 'All rows come in one answer. Written as `none: {}`.',
      properties: {},
    },
    page: {
      type: 'object',
      description: 'Pages have numbers.',
      properties: {
        ...counted('page', 'per_page', 1),
        pages: {
          type: 'string',
          minLength: 1,
          description: 'Path of the number of pages.',
          examples: ['meta.total_pages'],
        },
      },
    },
    offset: {
      type: 'object',
      description: 'A page begins after so many rows.',
      properties: counted('offset', 'limit', 0),
    },
    cursor: {
      type: 'object',
      description: 'Each page holds the cursor of the next.',
      properties: {
        next: {
          type: 'string',
          minLength: 1,
          description: 'Path of the cursor of the next page.',
          examples: ['meta.next_cursor', 'data.people.pageInfo.endCursor'],
        },
        parameter: {
          type: 'string',
          minLength: 1,
          default: 'cursor',
          description: 'Name of the parameter that takes it; with `in: body` its path.',
        },
        ...FLAGS,
      },
      required: ['next'],
    },
    link: {
      type: 'object',
      description: 'The Link header of each page names the next (rel="next", RFC 8288). Written as `link: {}`.',
      properties: {},
    },
    nextUrl: {
      type: 'object',
      description: 'The body of each page names the URL of the next.',
      properties: {
        path: {
          type: 'string',
          minLength: 1,
          description: 'Path of the URL.',
          examples: ['links.next', '@odata.nextLink'],
        },
        ...FLAGS,
      },
      required: ['path'],
    },
  },
} as const satisfies ObjectSchema
