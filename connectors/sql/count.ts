import { ConfigError } from '../../core/errors.ts'
import { describeValue } from '../../core/text/describe.ts'
import type { Database, Statement, Values } from './database.ts'

/**
 * The number that the count query gives.
 * @throws ConfigError `sql-count` when it gives something else
 */
export async function readCount(database: Database, statement: Statement): Promise<number> {
  const rows: Values[] = []
  let columns = 0
  const announce = (names: readonly string[]): void => {
    columns = names.length
  }
  for await (const batch of database.stream(statement, { fetchSize: 2, announce })) {
    rows.push(...batch)
    if (rows.length > 1) break
  }
  const [row] = rows
  if (columns !== 1) throw notACount(`it gives ${columns} columns`)
  if (row === undefined) throw notACount('it gives no row')
  if (rows.length > 1) throw notACount('it gives several rows')
  const count = countIn(row[0])
  if (count === undefined) throw notACount(`it gives ${describeValue(row[0])}`)
  return count
}

/** A 64-bit count arrives as text, because it may be longer than a number holds; a decimal may have zeros behind. */
function countIn(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  const match = /^(\d{1,15})(?:\.0*)?$/.exec(text)
  return match === null ? undefined : Number(match[1])
}

function notACount(what: string): ConfigError {
  return new ConfigError('sql-count', `\`count\` must give one whole number: ${what}`, {
    hint: 'Write one like: select count(*) from people where left_on is null',
  })
}
