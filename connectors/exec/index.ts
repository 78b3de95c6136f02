import { defineConnector } from '../../core/connector.ts'
import { checkExec } from './check.ts'
import { EXEC_OPTIONS } from './options.ts'
import { readExec } from './read.ts'

/** A program of yours that writes its rows as lines of JSON. */
export const execConnector = defineConnector({
  apiVersion: 1,
  name: 'exec',
  options: EXEC_OPTIONS,
  check: checkExec,
  read: readExec,
})
