/** A packed export that is cut off in the middle of its archive. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { defineFixture, type FixtureSource } from '../../../testing/fixture.ts'
import { exportOf } from './export.ts'

const ROWS = 2000

export const fixture = defineFixture({
  connector: csvConnector,
  start: () => startArchive(ROWS),
  startLong: startArchive,
  mistakes: [
    {
      says: 'a packing in which the file is not',
      options: (good) => ({ ...good, unpack: 'zip' }),
      fails: 'OperatorError',
      code: 'archive-missing',
    },
    {
      says: 'a key for a file that nobody has encrypted, and none in it',
      options: (good) => ({ ...good, pgp: {} }),
      fails: 'OperatorError',
      code: 'pgp-plain',
    },
    {
      says: 'a size without a unit',
      options: (good) => ({ ...good, maxUnpacked: '5' }),
      fails: 'options',
      code: 'option-value',
    },
  ],
})

async function startArchive(rows: number): Promise<FixtureSource> {
  const baseDir = await mkdtemp(join(tmpdir(), 'vanta-sync-gzip-fixture-'))
  const file = join(baseDir, 'people.csv.gz')
  const whole = gzipSync(exportOf(rows))
  await writeFile(file, whole)
  return {
    baseDir,
    options: { path: '*.gz' },
    rows,
    cut: () => writeFile(file, whole.subarray(0, whole.length / 2)),
    stop: () => rm(baseDir, { recursive: true, force: true }),
  }
}
