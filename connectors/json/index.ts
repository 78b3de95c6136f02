import { defineConnector } from '../../core/connector.ts'
import { checkLocation } from '../files/places/open.ts'
import { checkJson } from './check.ts'
import { JSON_FILE_OPTIONS } from './options.ts'
import { readJsonFiles } from './read.ts'

/** Lists of objects in files: a JSON document with one in it, or a document a line. */
export const jsonConnector = defineConnector({
  apiVersion: 1,
  name: 'json',
  options: JSON_FILE_OPTIONS,
  validate: checkLocation,
  check: checkJson,
  read: readJsonFiles,
})
