import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'
import { FILE_OPTIONS } from '../files/options.ts'
import { JSON_OPTIONS } from '../tables/json-options.ts'

export const JSON_FILE_OPTIONS = {
  type: 'object',
  properties: { ...FILE_OPTIONS, ...JSON_OPTIONS },
  required: ['path'],
} as const satisfies ObjectSchema

export type JsonFileOptions = OptionsOf<typeof JSON_FILE_OPTIONS>
