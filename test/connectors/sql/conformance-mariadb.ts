/** A table of MariaDB, the connection to which is dropped in the middle of the rows. */
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture } from '../../../testing/fixture.ts'
import { mariadbInstalled, startMariadb } from '../../support/mariadb.ts'
import { SERVER_MISTAKES, serveThroughProxy, type ServedSource } from './served.ts'

const ROWS = 2000
/** Each row has some hundred bytes. */
const MIDDLE = (ROWS / 2) * 100

export const probe = mariadbInstalled

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
  const server = await startMariadb()
  await server.sql('create table company.people (id varchar(20) primary key, name varchar(50), note varchar(200))')
  await server.sql(`insert into company.people select concat('E-', lpad(seq, 8, '0')), concat('Person ', seq), repeat('x', 100)
    from seq_1_to_${rows}`)
  const query = 'select id, name, note from people'
  return serveThroughProxy({
    port: server.port,
    options: { ...server.options, password: new Secret(server.password), query },
    rows,
    middle: MIDDLE,
    stop: server.stop,
  })
}
