import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineFixture, type FixtureSource } from 'vanta-sync/testing'
import assets from './assets.ts'

/** A list of so many devices; `vanta-sync test` reads it whole, and cut off in the middle. */
async function start(rows: number): Promise<FixtureSource> {
  const folder = await mkdtemp(join(tmpdir(), 'network-assets-'))
  const path = join(folder, 'network-devices.txt')
  const devices = Array.from({ length: rows }, (_, i) => `device   D-${10_000 + i}\nhostname sw-${i}\nports    48\n`)
  const text = `# network devices\n\n${devices.join('\n')}\n# ${rows} devices\n`
  await writeFile(path, text)
  return {
    options: { path },
    rows,
    cut: () => truncate(path, Math.floor(text.length / 2)),
    stop: () => rm(folder, { recursive: true, force: true }),
  }
}

export default defineFixture({
  connector: assets,
  start: () => start(300),
  startLong: start,
  mistakes: [
    {
      says: 'a list that is not there',
      options: () => ({ path: join(tmpdir(), 'no-such-list.txt') }),
      fails: 'ConfigError',
      code: 'assets-missing',
    },
    { says: 'no path', options: () => ({}), fails: 'options' },
  ],
  people: { id: 'device', name: 'hostname' },
})
