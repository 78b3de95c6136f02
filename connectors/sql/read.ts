import type { Proof, ReadContext, Row, Rows } from '../../core/connector.ts'
import { connect } from './connect.ts'
import { readCount } from './count.ts'
import type { Database } from './database.ts'
import type { SqlOptions } from './options.ts'
import { countOf, queryOf } from './query.ts'
import { createRowMaker, type MakeRows } from './rows.ts'

type Context = ReadContext<SqlOptions>

/** Reads the rows of the query, and proves that the database gave them all. */
export async function* readSql(context: Context): Rows {
  const statement = await queryOf(context.options)
  const counting = countOf(context.options)
  const database = await connect(context)
  try {
    const asOf = new Date(context.clock.now())
    const expected = counting === undefined ? undefined : await readCount(database, counting)
    const rows = yield* readRows(database, statement, { context, expected })
    return prove({ database, rows, expected, asOf })
  } finally {
    await database.close()
  }
}

async function* readRows(
  database: Database,
  statement: Awaited<ReturnType<typeof queryOf>>,
  { context, expected }: { context: Context; expected: number | undefined },
): AsyncGenerator<readonly Row[], number, void> {
  const { options } = context
  let makeRows: MakeRows | undefined
  const announce = (names: readonly string[]): void => {
    makeRows = createRowMaker(names, statement, options)
    context.columns(names)
  }
  let rows = 0
  for await (const batch of database.stream(statement, { fetchSize: options.fetchSize, announce })) {
    context.signal.throwIfAborted()
    if (makeRows === undefined || batch.length === 0) continue
    rows += batch.length
    context.progress(rows, expected, 'rows')
    yield makeRows(batch)
  }
  return rows
}

interface Finding {
  readonly database: Database
  readonly rows: number
  readonly expected: number | undefined
  readonly asOf: Date
}

function prove({ database, rows, expected, asOf }: Finding): Proof {
  const { product, sees } = database
  if (expected !== undefined && expected !== rows) {
    return {
      complete: false,
      rows,
      asOf,
      evidence: `the count query says ${expected} rows, and the query gave ${rows}`,
    }
  }
  const agrees = expected === undefined ? '' : ', and the count query agrees'
  return { complete: true, rows, asOf, evidence: `${product} gave the last row, ${sees}${agrees}` }
}
