/** The file of mapping tests, described in the words in which the configuration is. */
import type { SchemaNode } from '../../config/schema-node.ts'

const now: SchemaNode = {
  type: 'string',
  minLength: 1,
  description: 'The instant that now() gives.',
  examples: ['2026-11-23T09:30:00Z'],
}
const resource: SchemaNode = {
  type: 'string',
  minLength: 1,
  description: 'The resource whose mapping is tested; may be left out when the configuration has one.',
}
const source: SchemaNode = {
  type: 'string',
  minLength: 1,
  description: 'The source that the rows come from; may be left out when the resource has one.',
}
/** Read when it is known what is in them: the columns of a source, the fields of a type. */
const data: SchemaNode = { type: 'object', opaque: true }
const rows: SchemaNode = {
  type: 'array',
  orSingle: true,
  items: data,
  minItems: 1,
  description: 'Rows as the source gives them; a column that is left out is empty.',
}
const joined: SchemaNode = {
  type: 'object',
  dataKeys: true,
  additionalProperties: rows,
  description: 'Rows of joined sources, by their names in expressions.',
}

const problem: SchemaNode = {
  type: 'object',
  additionalProperties: false,
  required: ['field'],
  properties: {
    field: { type: 'string', minLength: 1, description: 'The field of the record.' },
    code: { type: 'string', minLength: 1, description: 'The code of the problem.' },
    message: { type: 'string', minLength: 1, description: 'A part of the message.' },
    row: { type: 'integer', minimum: 1, description: 'Which row has it, counted from 1 over all rows of the test.' },
  },
}

const test: SchemaNode = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'What holds, as a sentence.' },
    resource,
    source,
    now,
    rows,
    joined,
    from: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['source', 'rows'],
        properties: { source, rows, joined },
      },
      minItems: 1,
      description: 'Instead of source, rows and joined: several sources that are merged.',
    },
    records: {
      type: 'array',
      orSingle: true,
      items: data,
      description: 'The records that come out; fields that are not named are not looked at.',
    },
    exact: { type: 'boolean', default: false, description: 'Records have no other fields than those named.' },
    problems: {
      type: 'array',
      orSingle: true,
      items: problem,
      description: 'What is wrong with rows that become no record. Without it: nothing.',
    },
  },
}

export const mappingTestSchema: SchemaNode = {
  type: 'object',
  additionalProperties: false,
  required: ['tests'],
  properties: {
    resource,
    now,
    tests: { type: 'array', items: test, minItems: 1, description: 'The tests.' },
  },
}
