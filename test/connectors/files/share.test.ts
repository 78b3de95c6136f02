import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { readAll } from '../../support/read-all.ts'
import { describeWithService, type Probe } from '../../support/service.ts'
import { failureOf, tempFolder } from '../csv/fixture.ts'

const MEMORY = '/dev/shm'

/** A place where something is mounted, and where a test may write. */
const memoryProbe: Probe = () => {
  try {
    execFileSync('mountpoint', ['-q', MEMORY])
    return undefined
  } catch {
    return `nothing is mounted at ${MEMORY}`
  }
}

describe('a share that must be mounted', () => {
  test('is not read while nothing is mounted there, though its folder may hold files', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'mnt'))
    await writeFile(join(folder, 'mnt', 'people.csv'), 'id\n1\n')
    for (const mountPoint of ['./mnt', './nowhere']) {
      const path = `${mountPoint}/people.csv`
      const error = await failureOf(readAll(csvConnector, { path, mountPoint }, { baseDir: folder }))
      expect(error).toMatchObject({ code: 'not-mounted', name: 'RetryLaterError', exitCode: 12 })
      expect(error.message).toBe(`the share is not mounted at ${join(folder, mountPoint)}`)
    }
  })

  test('must hold the path', async () => {
    const folder = await tempFolder()
    for (const mountPoint of ['./mnt', '.', '/proc']) {
      const path = mountPoint === '.' ? '.' : './people.csv'
      const error = await failureOf(readAll(csvConnector, { path, mountPoint }, { baseDir: folder }))
      expect(error).toMatchObject({ code: 'mount-point', exitCode: 78 })
    }
  })
})

describeWithService('a share that is mounted', memoryProbe, () => {
  test('is read', async () => {
    const folder = await mkdtemp(join(MEMORY, 'vanta-sync-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'people.csv'), 'id\n1\n')
    const { proof } = await readAll(csvConnector, { path: join(folder, '*.csv'), mountPoint: MEMORY })
    expect(proof).toMatchObject({ complete: true, rows: 1 })
  })
})
