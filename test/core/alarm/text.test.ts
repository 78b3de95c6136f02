import { describe, expect, it } from 'vitest'
import { expiringNotice, recoveryNotice, testNotice, troubleNotice } from '../../../core/alarm/notice.ts'
import { textOf } from '../../../core/alarm/text.ts'
import { DAY, HOUR, toInstant } from '../../../core/clock.ts'
import type { ResourceStatus } from '../../../core/health/status.ts'
import type { Hold, HoldReason } from '../../../core/state/state.ts'
import { START } from '../../support/fake-clock.ts'
import { failingStatus, holdOf, statusOf, TOO_MANY_LEAVE } from '../../support/resource-status.ts'

const publicUrl = 'https://sync.example.com'

function facts(status: ResourceStatus, hold?: Hold) {
  return { status, hold, scope: 'scope-1', openedAt: START, now: START + HOUR, publicUrl }
}

function heldText(reasons: readonly HoldReason[]) {
  const status = statusOf({ health: 'held', hold: 'hold-1' })
  return textOf(troubleNotice('opened', 'held', facts(status, holdOf({ id: 'hold-1', reasons }))))
}

describe('The text of a held plan', () => {
  it('has the arithmetic in its title, the page of the hold, and the command that lets it through', () => {
    expect(heldText([TOO_MANY_LEAVE])).toEqual({
      title: 'people-accounts is held: 42 of 100 would leave; 5% allows 5',
      lines: [
        'maxRemoved: 42 of 100 would leave; 5% allows 5.',
        'Nothing was pushed; Vanta keeps what it has. Hold hold-1, until 2026-11-26T09:30:00Z: approve or reject it, or mend the source.',
        'Since: 2026-11-23T09:30:00Z',
        'Last success: 2026-11-23T08:17:00Z',
        'Records in Vanta: 100',
        'Last run: run-1',
      ],
      severity: 'alarm',
      link: 'https://sync.example.com/holds/hold-1',
      command: 'vanta-sync approve hold-1 --reason "…"',
    })
  })

  it.each([
    ['maxChanged', { limit: '50%', allowed: 5, actual: 9, of: 10 }, '9 of 10 would change; 50% allows 5'],
    ['maxAdded', { limit: '50%', allowed: 10, actual: 30, of: 20 }, '30 would be added to 20; 50% allows 10'],
    ['maxInvalid', { limit: '5%', allowed: 5, actual: 7, of: 100 }, '7 of 100 are invalid; 5% allows 5'],
    ['minRecords', { limit: '10', allowed: 10, actual: 3 }, 'the set has 3; at least 10 must be in it'],
    ['mustInclude', { allowed: 0, actual: 1 }, '1 that must be in it is missing'],
    ['allNew', { actual: 98, of: 100 }, 'none of the 100 that Vanta holds is in the new set of 98'],
    ['emptySource', { actual: 1, names: ['badges'] }, 'badges delivered nothing'],
    ['groupBy', { allowed: 0, actual: 2 }, '2 groups would vanish whole'],
    ['unknownBaseline', {}, 'what Vanta holds is unknown'],
    ['aRuleOfTomorrow', {}, 'aRuleOfTomorrow'],
  ])('says what %s counted', (rule, numbers, says) => {
    const reason = { rule, ...numbers, message: 'CANARY' }
    expect(heldText([reason]).title).toBe(`people-accounts is held: ${says}`)
    expect(heldText([reason, TOO_MANY_LEAVE]).title).toBe(`people-accounts is held: ${says}, and 1 more`)
    expect(JSON.stringify(heldText([reason]))).not.toContain('CANARY')
  })
})

describe('The text of trouble', () => {
  it('names the code of the error and the run to look at, and never its message', () => {
    const error = { code: 'csv-cut-off', message: 'CANARY', hint: 'CANARY' }
    const status = failingStatus({ error, wrong: 'CANARY', remedy: 'CANARY', failuresInRow: 3, lastRunId: 'run-7' })
    const text = textOf(troubleNotice('opened', 'trouble', facts(status)))
    expect(text.title).toBe('people-accounts is failing: csv-cut-off, 3 runs in a row')
    expect(text.command).toBe('vanta-sync show run-7')
    expect(text.link).toBe('https://sync.example.com/resources/people-accounts')
    expect(JSON.stringify(text)).not.toContain('CANARY')
  })

  it('of what is stale since nobody has decided a hold leads to the hold; a rejected one is no longer in question', () => {
    const status = statusOf({ health: 'stale', lastOutcome: 'held', hold: 'hold-1', maxAgeSeconds: 600 })
    const text = (hold: Hold) => textOf(troubleNotice('opened', 'trouble', facts(status, hold)))
    const open = text(holdOf({ id: 'hold-1', reasons: [TOO_MANY_LEAVE] }))
    expect(open.title).toMatch(/^people-accounts is stale: no success for /)
    expect(open.lines[0]).toBe('maxRemoved: 42 of 100 would leave; 5% allows 5.')
    expect(open.link).toBe('https://sync.example.com/holds/hold-1')
    expect(open.command).toBe('vanta-sync approve hold-1 --reason "…"')
    expect(text(holdOf({ id: 'hold-1', status: 'rejected' })).command).toBe('vanta-sync show run-1')
  })

  it('leaves out a code that is none', () => {
    const error = { code: 'ada@example.com is gone', message: '' }
    expect(textOf(troubleNotice('opened', 'trouble', facts(failingStatus({ error })))).title).toBe(
      'people-accounts is failing',
    )
  })

  it.each([
    ['credentials', 'Vanta refuses the credentials'],
    ['permissions', 'Vanta denies permission'],
    ['third party down', 'Vanta is down or cannot be reached'],
    ['another process', 'Vanta is used by another process with the same application'],
    ['network', 'Vanta cannot be reached as configured'],
  ] as const)('tells %s from the others, with its remedy', (cause, says) => {
    const connection = { cause, side: 'Vanta', says: 'CANARY', remedy: 'Do this.' }
    const status = failingStatus({ health: 'disconnected', connection })
    const text = textOf(troubleNotice('opened', 'trouble', facts(status)))
    expect(text.title).toBe(`people-accounts is disconnected: ${says}`)
    expect(text.lines).toContain(`${says}. Do this.`)
    expect(JSON.stringify(text)).not.toContain('CANARY')
  })

  it('says how old stale data is, and has it run when the last run was well', () => {
    const status = statusOf({ health: 'stale', maxAgeSeconds: 3600, lastSuccessAt: '2026-11-23T05:30:00Z' })
    const text = textOf(troubleNotice('opened', 'trouble', facts(status)))
    expect(text.title).toBe('people-accounts is stale: no success for 5 h; 1 h are allowed')
    expect(text.command).toBe('vanta-sync run people-accounts')
  })

  it('is softer when it is degraded, and marked when it is a reminder', () => {
    const status = statusOf({ health: 'degraded' })
    const text = textOf(troubleNotice('reminder', 'degraded', facts(status)))
    expect(text).toMatchObject({
      severity: 'warning',
      title: 'Reminder: people-accounts is degraded: the last push leaves something to mend',
    })
  })
})

describe('The text of what is no trouble', () => {
  it('says how long a trouble lasted that is over', () => {
    const text = textOf(recoveryNotice({ ...facts(statusOf()), now: START + 3 * HOUR + 300_000 }))
    expect(text).toMatchObject({ severity: 'good', title: 'people-accounts has recovered after 3 h 5 min' })
    expect(text.command).toBeUndefined()
  })

  it.each([
    [13.5 * DAY, 'expires in 13 days'],
    [1.5 * DAY, 'expires in 1 day'],
    [5 * HOUR, 'expires in 5 h'],
    [-HOUR, 'has expired'],
  ])('says when a login ends: %i', (left, says) => {
    const login = { source: 'hr', expiresAt: toInstant(START + left), resources: ['people-accounts', 'laptops'] }
    const text = textOf(expiringNotice(login, START, undefined))
    expect(text).toMatchObject({ severity: 'warning', title: `The login of hr ${says}` })
    expect(text.lines).toContain('Read with it: people-accounts, laptops')
  })

  it('says of a test that it is one', () => {
    expect(textOf(testNotice(START, publicUrl))).toMatchObject({ severity: 'info', link: publicUrl })
  })

  it('leads names with odd letters to their page', () => {
    const status = failingStatus({ name: 'Köpfe' })
    expect(textOf(troubleNotice('opened', 'trouble', facts(status))).link).toBe(`${publicUrl}/resources/K%C3%B6pfe`)
  })
})
