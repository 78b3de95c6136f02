import { describe, expect, it } from 'vitest'
import { decideLogin, expiringLogins, loginScope } from '../../../core/alarm/logins.ts'
import { DAY, HOUR, toInstant } from '../../../core/clock.ts'
import type { LoginWarning } from '../../../core/state/state.ts'
import { START } from '../../support/fake-clock.ts'
import { addressee, statusOf } from '../../support/resource-status.ts'

/** Who is told with so many days left, one after the other with one memory. */
function tell(days: readonly number[], notifiers = [addressee()]): readonly string[][] {
  let warning: LoginWarning | undefined
  const expiresAt = START + 100 * DAY
  return days.map((left, index) => {
    const { after, messages } = decideLogin({
      // Directories tell how long it still lasts, which is never quite the same instant.
      login: { source: 'hr', expiresAt: expiresAt + (index % 2) * HOUR, resources: ['people-accounts'] },
      warning,
      notifiers,
      now: expiresAt - left * DAY,
      scope: loginScope('c', 'hr'),
      config: 'c',
    })
    warning = after
    return messages.map(({ notifier, notice }) => `${notifier} ${notice.kind}`)
  })
}

describe('A login that expires', () => {
  it('is told once within 14 days, again at 3 days, and not after that', () => {
    const told = ['slack expiring']
    expect(tell([30, 14.1, 13.9, 10, 3.1, 2.9, 1, -5])).toEqual([[], [], told, [], [], told, [], []])
  })

  it('that is found late is told once', () => {
    expect(tell([-1, -2])).toEqual([['slack expiring'], []])
  })

  it('is forgotten when it was renewed, and told anew the next time', () => {
    expect(tell([10, 90, 10])).toEqual([['slack expiring'], [], ['slack expiring']])
  })

  it('is told to those who watch one of the resources that are read with it', () => {
    const notifiers = [addressee(), addressee({ name: 'mail', resources: ['laptops'] })]
    expect(tell([10], notifiers)).toEqual([['slack expiring']])
  })

  it('has the connector, the day and the resources in its notice, and not why it seems to be of a person', () => {
    const logins = [{ source: 'hr', expiresAt: '2026-12-01T00:00:00Z', personal: 'CANARY-PERSON' }]
    const statuses = [statusOf({ logins }), statusOf({ name: 'laptops', logins })]
    const [login] = expiringLogins(statuses)
    const facts = { warning: undefined, notifiers: [addressee()], now: START, scope: 's', config: 'c' }
    const { messages } = decideLogin({ ...facts, login: login ?? fail(), publicUrl: 'https://sync.example.com' })
    expect(messages[0]?.notice).toEqual({
      kind: 'expiring',
      at: toInstant(START),
      login: { source: 'hr', expiresAt: '2026-12-01T00:00:00Z', resources: ['people-accounts', 'laptops'] },
      link: 'https://sync.example.com/resources/people-accounts',
    })
  })

  it('counts once for all resources, and not for those that are paused', () => {
    const paused = { since: 'a', until: 'b', by: 'ada', reason: 'x' }
    const logins = [{ source: 'hr', expiresAt: '2026-12-01T00:00:00Z' }, { source: 'no-end' }]
    expect(expiringLogins([statusOf({ logins }), statusOf({ name: 'b', logins, paused })])).toEqual([
      { source: 'hr', expiresAt: Date.parse('2026-12-01T00:00:00Z'), resources: ['people-accounts'] },
    ])
  })
})

function fail(): never {
  throw new Error('There is no login')
}
