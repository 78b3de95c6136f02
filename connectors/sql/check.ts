import type { CheckContext } from '../../core/connector.ts'
import { connect } from './connect.ts'
import { readCount } from './count.ts'
import type { Database, Statement } from './database.ts'
import type { SqlOptions } from './options.ts'
import { countOf, queryOf } from './query.ts'
import { createRowMaker } from './rows.ts'

type Context = CheckContext<SqlOptions>

/** Connects, runs the query up to its first row and the count query; says what it saw. */
export async function checkSql(context: Context): Promise<string> {
  const statement = await queryOf(context.options)
  const counting = countOf(context.options)
  const database = await connect(context)
  try {
    const counted = counting === undefined ? '' : `; the count query says ${await readCount(database, counting)}`
    const columns = await firstColumns(database, statement, context)
    const width = columns.length === 1 ? '1 column' : `${columns.length} columns`
    return `${database.product} answers, reads ${database.sees}, and ${statement.name} has ${width}${counted}`
  } finally {
    await database.close()
  }
}

async function firstColumns(database: Database, statement: Statement, context: Context): Promise<readonly string[]> {
  let columns: readonly string[] = []
  const announce = (names: readonly string[]): void => {
    createRowMaker(names, statement, context.options)
    columns = names
  }
  for await (const _batch of database.stream(statement, { fetchSize: 1, announce })) break
  return columns
}
