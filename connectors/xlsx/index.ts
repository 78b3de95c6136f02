import { defineConnector } from '../../core/connector.ts'
import { checkLocation } from '../files/places/open.ts'
import { checkXlsx } from './check.ts'
import { XLSX_OPTIONS } from './options.ts'
import { readXlsxFiles } from './read.ts'

/** Tables in Excel workbooks. */
export const xlsxConnector = defineConnector({
  apiVersion: 1,
  name: 'xlsx',
  options: XLSX_OPTIONS,
  validate: checkLocation,
  check: checkXlsx,
  read: readXlsxFiles,
})
