import { mkdtemp, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonConnector } from '../../../connectors/json/index.ts'
import { defineFixture } from '../../../testing/fixture.ts'

const ROWS = 500

/** Long enough that nobody may still be writing it. */
const RESTED_MS = 60_000

async function rest(path: string): Promise<void> {
  const time = new Date(Date.now() - RESTED_MS)
  await utimes(path, time, time)
}

/** A list inside a document; cut, the file is half as long. */
export const fixture = defineFixture({
  connector: jsonConnector,
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-json-'))
    const path = join(folder, 'people.json')
    const items = Array.from({ length: ROWS }, (_, i) => ({
      id: `E-${String(i).padStart(5, '0')}`,
      name: `Person ${i}`,
    }))
    await writeFile(path, JSON.stringify({ data: { items }, total: ROWS }, null, 1))
    await rest(path)
    return {
      options: { path: './people.json', rows: 'data.items' },
      baseDir: folder,
      rows: ROWS,
      async cut() {
        await truncate(path, Math.floor((await stat(path)).size / 2))
        await rest(path)
      },
      stop: () => rm(folder, { recursive: true, force: true }),
    }
  },
  mistakes: [
    {
      says: 'a file that does not exist',
      options: (good) => ({ ...good, path: './nobody.json' }),
      fails: 'OperatorError',
    },
    { says: 'a path that is none', options: (good) => ({ ...good, rows: 'data..items' }), fails: 'options' },
    {
      says: 'a path into lines',
      options: (good) => ({ ...good, format: 'lines' }),
      fails: 'ConfigError',
      code: 'json-options',
    },
    { says: 'a format that there is not', options: (good) => ({ ...good, format: 'ndjson' }), fails: 'options' },
  ],
})
