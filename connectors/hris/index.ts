import { defineConnector } from '../../core/connector.ts'
import { checkHris } from './check.ts'
import { HRIS_OPTIONS } from './options.ts'
import { readHris } from './read.ts'
import { validateHris } from './rules.ts'

/** Exports of people as HR systems write them, with employment understood. */
export const hrisConnector = defineConnector({
  apiVersion: 1,
  name: 'hris',
  options: HRIS_OPTIONS,
  validate: validateHris,
  check: checkHris,
  read: readHris,
})
