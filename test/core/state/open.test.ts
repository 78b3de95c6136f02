import { chmodSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../core/state/sqlite.ts'
import { commitOf, createStateFolders, recordsOf, runScript } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('opening a state', () => {
  it('makes folders and files that only their owner may read', async () => {
    const path = join(states.folder(), 'state')
    const state = await states.open(path)
    const lease = await state.lease({
      baseUrl: 'u',
      connection: 'c',
      purpose: 'run',
      waitMs: 0,
      signal: new AbortController().signal,
    })
    await state.baselines.commit(commitOf([{ uniqueId: 'a' }]))
    for (const folder of [path, join(path, 'leases'), join(path, 'scratch')]) expect(modeOf(folder)).toBe('700')
    const files = [path, join(path, 'leases')].flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(folder, entry.name)),
    )
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) expect([file, modeOf(file)]).toEqual([file, '600'])
    await lease.release()
  })

  it('keeps its files private in a folder that others may read', async () => {
    const path = join(states.folder(), 'state')
    mkdirSync(path, { mode: 0o755 })
    const state = await states.open(path)
    await state.baselines.commit(commitOf([{ uniqueId: 'a' }]))
    expect(modeOf(join(path, 'state.db'))).toBe('600')
    expect(modeOf(join(path, 'state.db-wal'))).toBe('600')
  })

  it('says that the database is damaged when it is something else', async () => {
    const path = states.folder()
    writeFileSync(join(path, 'state.db'), 'this is no database '.repeat(500))
    await expect(states.open(path)).rejects.toMatchObject({ exitCode: 74, code: 'state-damaged' })
  })

  it('says so, too, when the damage shows only while reading', async () => {
    const path = states.folder()
    const first = await states.open(path)
    const records = Array.from({ length: 3000 }, (_, index) => ({ uniqueId: `E-${index}`, body: 'x'.repeat(200) }))
    await first.baselines.commit(commitOf(records))
    await states.closeStates()
    const database = openDatabase(join(path, 'state.db'))
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    truncateSync(join(path, 'state.db'), 200_000)
    await expect(states.open(path).then((state) => recordsOf(state))).rejects.toMatchObject({
      exitCode: 74,
      code: 'state-damaged',
    })
  })

  it('names folder and user when the folder cannot be used', async () => {
    const path = join(states.folder(), 'state')
    writeFileSync(path, 'a file where a folder belongs')
    await expect(states.open(path)).rejects.toMatchObject({
      exitCode: 74,
      code: 'state-unusable',
      message: expect.stringContaining(path) as string,
      hint: expect.stringContaining('chown') as string,
    })
  })

  it.skipIf(process.getuid?.() === 0)('says what to do when the folder is read-only', async () => {
    const path = join(states.folder(), 'state')
    mkdirSync(path, { mode: 0o500 })
    await expect(states.open(path)).rejects.toMatchObject({
      code: 'state-unusable',
      message: expect.stringContaining(`uid ${process.getuid?.()}`) as string,
    })
    chmodSync(path, 0o700)
  })

  it('refuses a state that a later version wrote', async () => {
    const path = states.folder()
    await states.open(path)
    const database = openDatabase(join(path, 'state.db'))
    database.exec('PRAGMA user_version = 999')
    database.close()
    await expect(states.open(path)).rejects.toMatchObject({ exitCode: 74, code: 'state-too-new' })
  })

  it('gives an id the same digest for the life of the state, and another one in another state', async () => {
    const path = states.folder()
    const first = await states.open(path)
    const again = await states.open(path)
    const other = await states.open()
    expect(again.digest('E-1')).toBe(first.digest('E-1'))
    expect(other.digest('E-1')).not.toBe(first.digest('E-1'))
    expect(first.digest('E-1')).not.toContain('E-1')
  })

  it('can be opened while another process is in the middle of a transaction', async () => {
    const path = states.folder()
    await states.open(path)
    const writer = openDatabase(join(path, 'state.db'))
    writer.exec('BEGIN IMMEDIATE')
    const started = performance.now()
    await states.open(path)
    expect(performance.now() - started).toBeLessThan(5000)
    writer.close()
  })

  it('is made once when several processes open it at the same time', async () => {
    const path = join(states.folder(), 'state')
    const ended = await Promise.all(
      Array.from({ length: 4 }, () => runScript('./reserve-requests.ts', [path, '0', '0'])),
    )
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ended.map(() => ({ code: 0, stderr: '' })))
    expect(new Set(ended.map(({ stdout }) => stdout)).size).toBe(1)
  })
})
