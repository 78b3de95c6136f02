/** A table of PostgreSQL, the connection to which is dropped in the middle of the rows. */
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture } from '../../../testing/fixture.ts'
import { postgresInstalled, startPostgres } from '../../support/postgres.ts'
import { SERVER_MISTAKES, serveThroughProxy, type ServedSource } from './served.ts'

const ROWS = 2000
/** Each row has some hundred bytes. */
const MIDDLE = (ROWS / 2) * 100

export const probe = postgresInstalled

export const fixture = defineFixture({
  connector: sqlConnector,
  start: () => startTable(ROWS),
  startLong: startTable,
  async startHanging() {
    const source = await startTable(ROWS)
    source.freeze()
    return source
  },
  mistakes: SERVER_MISTAKES,
})

async function startTable(rows: number): Promise<ServedSource> {
  const server = await startPostgres()
  await server.sql(`create table people as select 'E-' || to_char(i, 'FM00000000') as id, 'Person ' || i as name,
    repeat('x', 100) as note from generate_series(1, ${rows}) i`)
  const query = 'select id, name, note from people'
  return serveThroughProxy({
    port: server.port,
    options: { ...server.options, password: new Secret(server.password), query },
    rows,
    middle: MIDDLE,
    stop: server.stop,
  })
}
