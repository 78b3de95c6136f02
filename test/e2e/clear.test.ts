import { describe, expect, it } from 'vitest'
import type { RunDocument } from '../../core/run/document.ts'
import { ACCOUNTS, only, standardConfig, withOffice } from '../support/cli.ts'
import { ask, askJson, daemonConfig, RESOURCE, startDaemonIn } from '../support/daemon.ts'

const PATIENT = 120_000
const WHY = ['--reason', 'the system was switched off']

describe.concurrent('vanta-sync clear', () => {
  it(
    'holds an empty set with exit 11, says what to type next, and approve pushes it though the source is gone',
    () =>
      withOffice({}, async (office) => {
        await office.cli('run')
        const { code, stdout } = await office.cli('clear', RESOURCE, ...WHY)
        expect(code).toBe(11)
        expect(stdout).toContain('All 3 records would leave: the set is cleared on purpose')
        expect(stdout).toContain(`the next run of ${RESOURCE} pushes its whole set again`)
        const [, hold = ''] = /Approve: vanta-sync approve (hold-\w+) --reason/.exec(stdout) ?? []
        const again = await office.json('clear', RESOURCE, ...WHY)
        expect(again).toMatchObject({ command: 'clear', outcome: 'held', exitCode: 11 })
        expect(only(again).hold).toMatchObject({ id: hold, reasons: [{ rule: 'clear', actual: 3 }] })
        expect(office.held()).toHaveLength(3)
        await office.write('people.csv', 'this is no export\n')
        const approved = await office.cli('approve', hold, ...WHY)
        expect(approved.stdout).toContain('pushed 0 records, verified')
        expect(approved.code).toBe(0)
        expect(office.held()).toEqual([])
      }),
    PATIENT,
  )

  it(
    'empties what an old resource id left behind, and names the command for it',
    () =>
      withOffice({}, async (office) => {
        await office.cli('run')
        const moved = standardConfig(office.sandbox.url).replace(ACCOUNTS, 'd'.repeat(24))
        await office.write('vanta.config.yaml', moved)
        await office.cli('run')
        expect((await ask(office, 'status')).stdout).toContain(`clear ${RESOURCE} --resource-id ${ACCOUNTS}`)
        const held = await askJson<RunDocument>(office, 'clear', RESOURCE, '--resource-id', ACCOUNTS, ...WHY)
        expect(held.exitCode).toBe(11)
        const { code } = await office.cli('approve', RESOURCE, ...WHY)
        expect(code).toBe(0)
        const bodies = office.sandbox.control.records({ type: 'user_account', resourceId: ACCOUNTS })
        expect(bodies.filter((row) => (row['deletedAt'] ?? null) === null)).toEqual([])
        expect(office.held()).toHaveLength(3)
      }),
    PATIENT,
  )

  it(
    'is approved through the daemon, which reads no source for it either',
    () =>
      withOffice({ config: daemonConfig() }, async (office) => {
        const daemon = await startDaemonIn(office)
        await daemon.ended(await daemon.run())
        expect(office.held()).toHaveLength(3)
        const held = only(await askJson<RunDocument>(office, 'clear', RESOURCE, ...WHY))
        await office.write('people.csv', 'this is no export\n')
        const approved = await daemon.post(`/api/holds/${held.hold?.id}/approve`, { reason: 'it is right' })
        const { runId } = approved.json() as { runId: string }
        expect(await daemon.ended(runId)).toMatchObject({ command: 'approve', exitCode: 0 })
        expect(office.held()).toEqual([])
      }),
    PATIENT,
  )

  it(
    'takes a reason and a resource that there is',
    () =>
      withOffice({}, async (office) => {
        expect((await ask(office, 'clear', RESOURCE)).code).toBe(64)
        expect((await ask(office, 'clear', 'people-x-acounts', ...WHY)).code).toBe(64)
        expect((await ask(office, 'clear', RESOURCE, '--reason', ' ')).code).toBe(64)
        const unknown = await ask(office, 'clear', RESOURCE, '--resource-id', 'e'.repeat(24), ...WHY)
        expect(unknown.code).toBe(64)
        expect(unknown.stderr).toContain('No set of people-x-accounts is known to be left behind')
        expect(office.requests()).toEqual([])
      }),
    PATIENT,
  )
})
