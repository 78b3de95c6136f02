import { defineConnector } from '../../core/connector.ts'
import { checkRest } from './check.ts'
import { REST_OPTIONS } from './options.ts'
import { readRest } from './read.ts'
import { validateRest } from './validate.ts'

/** Lists of JSON objects over HTTP: REST, OData, SCIM, GraphQL and their relatives. */
export const restConnector = defineConnector({
  apiVersion: 1,
  name: 'rest',
  options: REST_OPTIONS,
  validate: validateRest,
  check: checkRest,
  read: readRest,
})
