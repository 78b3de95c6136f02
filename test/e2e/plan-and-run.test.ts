import { describe, expect, it } from 'vitest'
import { ACCOUNTS, offices, only, people, person } from '../support/cli.ts'

describe.concurrent('plan and run, from an export whose columns are named like the fields', () => {
  it('a hundred people are planned without a request that changes anything, then pushed with one token and one PUT', () =>
    offices(async (open) => {
      const office = await open({ people: people(100) })
      const planned = await office.json('plan')
      expect(planned).toMatchObject({ command: 'plan', outcome: 'planned', exitCode: 0 })
      expect(only(planned)).toMatchObject({
        outcome: 'planned',
        changes: { added: 100, changed: 0, removed: 0, unchanged: 0 },
      })
      expect(only(planned).items).toHaveLength(100)
      expect(office.requests().filter((line) => line.startsWith('PUT'))).toEqual([])
      const before = office.requests().length

      const ran = await office.json('run')
      expect(Object.keys(ran).sort()).toEqual(
        [
          'applications',
          'command',
          'exitCode',
          'finishedAt',
          'outcome',
          'planHash',
          'resources',
          'runId',
          'startedAt',
        ].sort(),
      )
      expect(ran).toMatchObject({
        command: 'run',
        outcome: 'succeeded',
        exitCode: 0,
        applications: [{ name: 'people-x', tokensMinted: 1 }],
      })
      expect(only(ran)).toMatchObject({
        name: 'people-x-accounts',
        type: 'user_account',
        resourceIds: [ACCOUNTS],
        outcome: 'pushed',
        records: { read: 100, valid: 100, invalid: 0, carriedForward: 0, dropped: 0, pushed: 100 },
        changes: { added: 100, changed: 0, removed: 0, unchanged: 0 },
        requests: { put: 1 },
        verified: true,
      })
      const sent = office.requests().slice(before)
      expect(sent.filter((line) => line.startsWith('POST'))).toEqual(['POST /oauth/token 200'])
      expect(sent.filter((line) => line.startsWith('PUT'))).toEqual(['PUT /v1/resources/user_account 200'])
      expect(office.held()).toHaveLength(100)
    }))

  it('a quoted list becomes a list and TRUE a boolean', () =>
    offices(async (open) => {
      const office = await open({ people: people(1) })
      expect((await office.cli('run')).code).toBe(0)
      const [row] = office.sandbox.control.records({ type: 'user_account', resourceId: ACCOUNTS })
      expect(row).toMatchObject({ mfaMethods: ['PUSH_PROMPT', 'SMS'], mfaEnabled: true })
    }))

  it('one who left and one who was promoted are planned as one removed and one changed, with the field', () =>
    offices(async (open) => {
      const office = await open({ people: people(100) })
      expect((await office.cli('run')).code).toBe(0)
      await office.export([person(1, { permissionLevel: 'ADMIN' }), ...people(98, 2)])
      const planned = only(await office.json('plan'))
      expect(planned.changes).toMatchObject({ added: 0, changed: 1, removed: 1, unchanged: 98 })
      expect(planned.items).toContainEqual({ change: 'remove', uniqueId: 'E-1100' })
      expect(planned.items).toContainEqual({
        change: 'change',
        uniqueId: 'E-1001',
        fields: [{ name: 'permissionLevel', from: 'BASE', to: 'ADMIN' }],
      })
      expect((await office.cli('plan', '--detailed-exitcode')).code).toBe(3)
      const text = await office.cli('plan')
      expect(text.code).toBe(0)
      expect(text.stdout).toContain('permissionLevel')
    }))

  it('run --only-if pushes that plan and no other', () =>
    offices(async (open) => {
      const office = await open({ people: people(20) })
      const { planHash } = await office.json('plan')
      await office.export(people(21))
      const other = await office.json('run', '--only-if', String(planHash))
      expect(other.exitCode).toBe(11)
      expect(office.held()).toEqual([])
      const again = await office.json('plan')
      expect((await office.json('run', '--only-if', String(again.planHash))).exitCode).toBe(0)
      expect(office.held()).toHaveLength(21)
    }))

  it('a second run of the same export changes nothing and exits 0, also with --detailed-exitcode', () =>
    offices(async (open) => {
      const office = await open({ people: people(5) })
      await office.cli('run')
      expect((await office.cli('plan', '--detailed-exitcode')).code).toBe(0)
      const again = await office.json('run')
      expect(again).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
      expect(only(again).changes).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 5 })
    }))

  it('plan hides ids and values where CI is set', () =>
    offices(async (open) => {
      const office = await open({ people: people(5) })
      office.env['CI'] = 'true'
      const { stdout, stderr } = await office.cli('--json', 'plan')
      expect(stdout + stderr).not.toMatch(/E-1001|Person 1|person1@/)
      const csv = await office.cli('plan', '--format', 'csv')
      expect(csv.stdout + csv.stderr).not.toMatch(/E-1001|Person 1|person1@/)
      expect((await office.cli('plan', '--no-redact')).stdout).toContain('E-1001')
    }))
})
