/** A file of SQLite that loses its second half. */
import { stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { defineFixture, type FixtureSource } from '../../../testing/fixture.ts'
import { makeSqliteFile } from './sqlite-file.ts'

const ROWS = 2000
const PAGE = 4096

export const fixture = defineFixture({
  connector: sqlConnector,
  start: () => startFile(ROWS),
  startLong: startFile,
  async startHanging() {
    const source = await startFile(1)
    const query = `with recursive n(i) as (select 1 union all select i + 1 from n) select i as id, 'Nobody' as name from n where i < 0`
    return { ...source, options: { ...source.options, query } }
  },
  mistakes: [
    {
      says: 'a file that does not exist',
      options: (good) => ({ ...good, path: 'nobody.db' }),
      fails: 'OperatorError',
      code: 'file-missing',
    },
    {
      says: 'a file that is no database',
      options: (good) => ({ ...good, path: 'letter.txt' }),
      fails: 'OperatorError',
      code: 'sql-no-database',
    },
    {
      says: 'a table that does not exist',
      options: (good) => ({ ...good, query: 'select id, name from peeple' }),
      fails: 'ConfigError',
      code: 'sql-refused',
    },
    {
      says: 'a query that writes',
      options: (good) => ({ ...good, query: 'delete from people returning id, name' }),
      fails: 'ConfigError',
      code: 'sql-writes',
    },
    {
      says: 'a key that is no column',
      options: (good) => ({ ...good, key: ['nmae'] }),
      fails: 'ConfigError',
      code: 'sql-columns',
    },
    { says: 'a kind that is none', options: (good) => ({ ...good, kind: 'sqlit' }), fails: 'options' },
  ],
})

async function startFile(rows: number): Promise<FixtureSource> {
  const file = await makeSqliteFile(rows)
  await writeFile(join(file.folder, 'letter.txt'), 'This is a letter, and no database at all.\n'.repeat(50))
  return {
    baseDir: file.folder,
    options: { kind: 'sqlite', path: 'people.db', query: 'select id, name, note from people' },
    rows,
    async cut() {
      const { size } = await stat(file.path)
      await truncate(file.path, Math.floor(size / 2 / PAGE) * PAGE)
    },
    stop: () => file.remove(),
  }
}
