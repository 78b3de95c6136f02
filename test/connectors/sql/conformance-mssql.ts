/** A scripted server that speaks the protocol of SQL Server, the connection to which is dropped in the middle. */
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture } from '../../../testing/fixture.ts'
import { SERVER_MISTAKES, serveThroughProxy, type ServedSource } from './served.ts'
import { startTdsServer, type TdsResult } from './tds-server.ts'
import { column, type TdsError } from './tds-tokens.ts'

const ROWS = 2000
/** Each row has some hundred bytes. */
const MIDDLE = (ROWS / 2) * 100
const COLUMNS = [column.text('id'), column.text('name'), column.text('note')]

/** What the script does not play: it takes any password, and knows one database. */
const UNPLAYED = ['sql-login', 'sql-database']

export const fixture = defineFixture({
  connector: sqlConnector,
  start: () => startScript(ROWS),
  startLong: startScript,
  async startHanging() {
    const source = await startScript(ROWS)
    source.freeze()
    return source
  },
  mistakes: SERVER_MISTAKES.filter(({ code = '' }) => !UNPLAYED.includes(code)),
})

async function startScript(rows: number): Promise<ServedSource> {
  const server = await startTdsServer({ answer: (query) => answer(query, rows) })
  const address = {
    host: '127.0.0.1',
    database: 'hr',
    user: 'reader',
    password: new Secret('super-secret-of-the-test'),
  }
  return serveThroughProxy({
    port: server.port,
    options: { kind: 'mssql', ...address, tls: 'off', query: 'select id, name, note from people' },
    rows,
    middle: MIDDLE,
    stop: server.close,
  })
}

function answer(query: string, rows: number): readonly TdsResult[] | TdsError {
  if (!query.includes('from people')) return { number: 208, message: 'Invalid object name.' }
  return [{ columns: COLUMNS, rows: people(rows) }]
}

function* people(rows: number): Generator<readonly string[], void, void> {
  for (let row = 1; row <= rows; row++) yield [`E-${String(row).padStart(8, '0')}`, `Person ${row}`, 'x'.repeat(50)]
}
