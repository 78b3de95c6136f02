/** What an episode remembers, whatever its resource and its configuration are called now. */
import { describe, expect, it } from 'vitest'
import { decideAlarm } from '../../../core/alarm/decide.ts'
import type { Episode } from '../../../core/state/state.ts'
import { START } from '../../support/fake-clock.ts'
import { addressee, failingStatus } from '../../support/resource-status.ts'

const PLACE = { scope: 'scope-1', config: '/etc/vanta.config.yaml', resource: failingStatus().name }

function decide(episode: Episode | undefined, change: { paused?: true } = {}): Episode | undefined {
  const { scope, config } = PLACE
  const pause = { since: '2026-11-23T09:00:00Z', until: '2026-11-25T09:00:00Z', by: 'ada', reason: 'a move' }
  const status = failingStatus(change.paused === undefined ? {} : { paused: pause })
  return decideAlarm({ status, hold: undefined, episode, notifiers: [addressee()], now: START, scope, config }).after
}

describe('an episode', () => {
  it('begins with the one kind of trouble that there is, and never holds it twice', () => {
    expect(decide(undefined)?.kinds).toEqual(['trouble'])
    expect(decide(decide(undefined))?.kinds).toEqual(['trouble'])
    expect(decide(decide(decide(undefined), { paused: true }))?.kinds).toEqual(['trouble'])
  })

  it.each([{ scope: 'scope-of-before' }, { config: '/etc/before.yaml' }, { resource: 'name-of-before' }])(
    'that was noted under %o goes on under the name of now',
    (before) => {
      const told = decide(undefined)
      expect(told).toMatchObject(PLACE)
      const moved = told === undefined ? undefined : { ...told, ...before }
      expect(decide(moved)).toEqual(told)
    },
  )

  it('that is where it was stays the very same, so that nothing is written', () => {
    const told = decide(undefined)
    expect(decide(told)).toBe(told)
  })
})
