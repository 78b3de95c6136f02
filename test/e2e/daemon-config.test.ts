/** A configuration that changes under a daemon: by SIGHUP, by its content, and as an orchestrator mounts it. */
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { offices, until, withOffice } from '../support/cli.ts'
import { ask, daemonConfig, daemonConfigText, type DaemonProcess, RESOURCE, startDaemonIn } from '../support/daemon.ts'

const PATIENT = 120_000
const MAX_AGE = '    maxAge: 2h'

/** A poll each five seconds, and one more to see that it rests. */
const SEEN_MS = 30_000

async function maxAge(daemon: DaemonProcess): Promise<number | undefined> {
  return (await daemon.status()).resources[0]?.maxAgeSeconds
}

describe.concurrent('a daemon whose configuration changes', () => {
  it(
    'takes it at SIGHUP; tells of an invalid one with its place, and keeps the old one',
    () =>
      withOffice({ config: daemonConfig() }, async (office) => {
        const { url } = office.sandbox
        const daemon = await startDaemonIn(office)
        expect(await maxAge(daemon)).toBeUndefined()
        await office.write('vanta.config.yaml', daemonConfigText(url, { resource: MAX_AGE }))
        daemon.kill('SIGHUP')
        await until(async () => (await maxAge(daemon)) === 7200)
        expect(daemon.said().stderr).toMatch(
          /"configuration taken".*"why":"SIGHUP"|"why":"SIGHUP".*"configuration taken"/,
        )

        const wrong = daemonConfigText(url, { resource: '    maxAeg: 3h' })
        await office.write('vanta.config.yaml', wrong)
        const line = wrong.split('\n').findIndex((text) => text.includes('maxAeg')) + 1
        const place = `vanta.config.yaml:${line}:5`
        daemon.kill('SIGHUP')
        await until(() => daemon.said().stderr.includes(place))
        expect(daemon.said().stderr).toContain('the configuration is not taken')
        // Whoever looks right after it sees it, wherever they look.
        await until(async () => (await daemon.status()).daemons[0]?.configProblem !== undefined, 3000)
        expect((await daemon.status()).daemons).toMatchObject([{ configProblem: expect.stringContaining(place) }])
        expect((await daemon.get('/')).text).toContain('The changed configuration was not taken')
        expect((await daemon.get('/')).text).toContain(place)
        expect(await maxAge(daemon)).toBe(7200)
        expect(await daemon.ended(await daemon.run())).toMatchObject({ exitCode: 0 })

        await office.write('vanta.config.yaml', daemonConfigText(url, { resource: '    maxAge: 3h' }))
        daemon.kill('SIGHUP')
        await until(async () => (await maxAge(daemon)) === 10_800)
        await until(async () => (await daemon.status()).daemons[0]?.configProblem === undefined, 3000)
        expect((await daemon.end()).code).toBe(0)
      }),
    PATIENT,
  )

  it(
    'that is invalid is told by status, which reads the state alone',
    () =>
      withOffice({ config: daemonConfig() }, async (office) => {
        const daemon = await startDaemonIn(office)
        const good = daemonConfigText(office.sandbox.url, {})
        await office.write('vanta.config.yaml', daemonConfigText(office.sandbox.url, { more: 'conectors: {}' }))
        daemon.kill('SIGHUP')
        await until(() => daemon.said().stderr.includes('is not taken'))
        await office.write('vanta.config.yaml', good)
        await until(async () => (await ask(office, 'status')).stdout.includes('is not taken'), 3000)
        const { stdout } = await ask(office, 'status')
        expect(stdout).toMatch(/its changed configuration is not taken: .*vanta\.config\.yaml:\d+:1 .*conectors/)
        expect((await daemon.end()).code).toBe(0)
      }),
    PATIENT,
  )

  it(
    'takes it by itself when its content has changed, also where a mount swaps links',
    () =>
      offices(async (open) => {
        const office = await open({ config: daemonConfig() })
        const mount = join(office.folder, 'mount')
        const version = async (name: string, resource: string): Promise<void> => {
          await mkdir(join(mount, name), { recursive: true })
          const csv = `    use: csv\n    with: { path: ${join(office.folder, 'people.csv')} }`
          const text = daemonConfigText(office.sandbox.url, { connector: csv, resource })
          await writeFile(join(mount, name, 'vanta.config.yaml'), text)
          await symlink(name, join(mount, '..data_tmp'))
          await rename(join(mount, '..data_tmp'), join(mount, '..data'))
        }
        await version('..2026_01_01', '')
        await symlink('..data/vanta.config.yaml', join(mount, 'vanta.config.yaml'))
        office.env['VANTA_SYNC_CONFIG'] = join(mount, 'vanta.config.yaml')
        office.env['VANTA_SYNC_STATE'] = join(office.folder, '.vanta-sync')
        const daemon = await startDaemonIn(office)
        await version('..2026_01_02', MAX_AGE)
        await until(async () => (await maxAge(daemon)) === 7200, SEEN_MS)
        expect(daemon.said().stderr).toContain('the file was changed')
        expect(await daemon.ended(await daemon.run(RESOURCE))).toMatchObject({ exitCode: 0 })
        expect((await daemon.end()).code).toBe(0)
      }),
    PATIENT,
  )
})
