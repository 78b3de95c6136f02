import { defineConnector } from '../../core/connector.ts'
import { checkSql } from './check.ts'
import { SQL_OPTIONS } from './options.ts'
import { readSql } from './read.ts'
import { validateSql } from './target.ts'

/** Rows of one query: PostgreSQL, MySQL, MariaDB, SQL Server, SQLite. */
export const sqlConnector = defineConnector({
  apiVersion: 1,
  name: 'sql',
  options: SQL_OPTIONS,
  validate: validateSql,
  check: checkSql,
  read: readSql,
})
