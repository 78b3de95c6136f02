/** An export with a trailer that is cut off exactly behind a row, where only the trailer can tell. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { defineFixture, type FixtureSource } from '../../../testing/fixture.ts'
import { exportOf, TRAILER } from './export.ts'

const ROWS = 300

export const fixture = defineFixture({
  connector: csvConnector,
  start: () => startExport(ROWS),
  startLong: startExport,
  mistakes: [
    {
      says: 'a path where there is no file',
      options: (good) => ({ ...good, path: 'nobody.csv' }),
      fails: 'OperatorError',
      code: 'file-missing',
    },
    {
      says: 'a date format without a date in it',
      options: (good) => ({ ...good, nameDate: 'HH:mm' }),
      fails: 'ConfigError',
      code: 'name-date',
    },
    {
      says: 'a delimiter that is a quotation mark',
      options: (good) => ({ ...good, delimiter: '"' }),
      fails: 'options',
      code: 'option-value',
    },
  ],
})

async function startExport(rows: number): Promise<FixtureSource> {
  const baseDir = await mkdtemp(join(tmpdir(), 'vanta-sync-csv-fixture-'))
  const file = join(baseDir, 'people.csv')
  await writeFile(file, exportOf(rows, rows))
  return {
    baseDir,
    options: { path: 'people.csv', trailer: TRAILER },
    rows,
    cut: () => writeFile(file, exportOf(rows / 2)),
    stop: () => rm(baseDir, { recursive: true, force: true }),
  }
}
