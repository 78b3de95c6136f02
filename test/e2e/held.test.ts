import { describe, expect, it } from 'vitest'
import { ACCOUNTS, csvOf, type Office, offices, type Open, only, people, person } from '../support/cli.ts'

async function pushed(open: Open, count: number, resource = ''): Promise<Office> {
  const opened = await open({ people: people(count), resource })
  const { code, stderr } = await opened.cli('run')
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return opened
}

function puts(office: Office): number {
  return office.requests().filter((line) => line.startsWith('PUT')).length
}

const half = people(50)
const strangers = people(100, 500)
const deactivated = [...people(40).map((row) => ({ ...row, status: 'DEACTIVATED' })), ...people(60, 41)]
const header = csvOf(people(1)).split('\n')[0] ?? ''

describe.concurrent('a plan that surprises is held: exit 11, and nothing is pushed', () => {
  it.each([
    ['half of the rows are gone', csvOf(half), 'maxRemoved'],
    ['the file has a header and no rows', `${header}\n`, 'minRecords'],
    ['all ids are new', csvOf(strangers), 'allNew'],
    ['40 % were turned to DEACTIVATED', csvOf(deactivated), 'maxRemoved'],
  ])('%s', (_name, file, rule) =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.write('people.csv', file)
      const planned = await office.json('plan')
      expect(planned.exitCode).toBe(11)
      const ran = await office.json('run')
      expect(ran).toMatchObject({ outcome: 'held', exitCode: 11 })
      expect(only(ran).outcome).toBe('held')
      expect(only(ran).hold?.id).toMatch(/^hold-/)
      expect(only(ran).hold?.reasons.map((reason) => reason.rule)).toContain(rule)
      expect(puts(office)).toBe(1)
      expect(office.held()).toHaveLength(100)
    }),
  )

  it('4 % lost run after run are held at the second', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(people(96))
      expect((await office.cli('run')).code).toBe(0)
      await office.export(people(92))
      const second = await office.json('run')
      expect(second.exitCode).toBe(11)
      expect(only(second).hold?.reasons[0]).toMatchObject({ rule: 'maxRemoved', actual: 8 })
      expect(office.held()).toHaveLength(96)
    }))

  it('the text says how many, of how many, what is allowed, and what to type next', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      const { code, stdout } = await office.cli('run')
      expect(code).toBe(11)
      expect(stdout).toMatch(/50/)
      expect(stdout).toContain('vanta-sync approve hold-')
    }))
})

describe.concurrent('approve and reject', () => {
  it('an approval with a reason pushes that one, once', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      const hold = only(await office.json('run')).hold?.id ?? ''
      const approved = await office.json('approve', hold, '--reason', 'the Berlin office was closed', '--by', 'Ada')
      expect(approved).toMatchObject({ command: 'approve', outcome: 'succeeded', exitCode: 0 })
      expect(office.held()).toHaveLength(50)
      await office.export(people(25))
      expect((await office.json('run')).exitCode).toBe(11)
      expect(office.held()).toHaveLength(50)
      expect((await office.json<{ exitCode: number }>('approve', hold, '--reason', 'once more')).exitCode).toBe(11)
      expect(office.held()).toHaveLength(50)
    }))

  it('an approval does not cover more than what was approved', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      const hold = only(await office.json('run')).hold?.id ?? ''
      await office.export(people(40))
      expect((await office.json('approve', hold, '--reason', 'fewer than this were meant')).exitCode).toBe(11)
      expect(office.held()).toHaveLength(100)
    }))

  it('an approval needs a reason', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      const hold = only(await office.json('run')).hold?.id ?? ''
      expect((await office.cli('approve', hold)).code).toBe(64)
      expect((await office.cli('approve', hold, '--reason', ' ')).code).toBe(64)
      expect(office.held()).toHaveLength(100)
    }))

  it('by the name of the resource what is held of it is approved', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      await office.cli('run')
      expect((await office.cli('approve', 'people-x-accounts', '--reason', 'closed')).code).toBe(0)
      expect(office.held()).toHaveLength(50)
    }))

  it('what was rejected stays held', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      const hold = only(await office.json('run')).hold?.id ?? ''
      expect((await office.cli('reject', hold, '--reason', 'the export was cut')).code).toBe(0)
      const again = await office.json('run')
      expect(again.exitCode).toBe(11)
      expect(only(again).hold?.id).toBe(hold)
      expect(office.held()).toHaveLength(100)
    }))

  it('a harmless plan closes the hold, which then can no longer be approved', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      const hold = only(await office.json('run')).hold?.id ?? ''
      await office.export([...people(99), person(100, { displayName: 'Somebody' })])
      expect((await office.json('run')).exitCode).toBe(0)
      expect((await office.cli('approve', hold, '--reason', 'too late')).code).toBe(11)
    }))

  it('a hold that nobody opened is an unknown one', () =>
    offices(async (open) => {
      const office = await pushed(open, 3)
      const { code, stderr } = await office.cli('approve', 'hold-0', '--reason', 'why not')
      expect([code, stderr]).toEqual([64, expect.stringContaining('hold-0')])
    }))

  it('plan opens no hold', () =>
    offices(async (open) => {
      const office = await pushed(open, 100)
      await office.export(half)
      expect((await office.json('plan')).exitCode).toBe(11)
      const status = await office.json<{ resources: { hold?: string }[] }>('status')
      expect(status.resources[0]?.hold).toBeUndefined()
      expect(office.sandbox.control.records({ type: 'user_account', resourceId: ACCOUNTS })).toHaveLength(100)
    }))
})
