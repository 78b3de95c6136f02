import { defineConnector } from '../../core/connector.ts'
import { checkLocation } from '../files/places/open.ts'
import { checkCsv } from './check.ts'
import { CSV_OPTIONS } from './options.ts'
import { readCsvFiles } from './read.ts'

/** Tables in text files: CSV, TSV and their relatives. */
export const csvConnector = defineConnector({
  apiVersion: 1,
  name: 'csv',
  options: CSV_OPTIONS,
  validate: checkLocation,
  check: checkCsv,
  read: readCsvFiles,
})
