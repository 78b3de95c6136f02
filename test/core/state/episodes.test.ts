import { afterEach, describe, expect, it } from 'vitest'
import { DAY, MINUTE } from '../../../core/clock.ts'
import type { Episode, LoginWarning } from '../../../core/state/state.ts'
import { createStateFolders } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const EPISODE: Episode = {
  scope: 'a',
  resource: 'people-accounts',
  config: '/etc/vanta.config.yaml',
  openedAt: 1000,
  kinds: ['trouble'],
  told: { slack: 1000, '7': 1000 },
}

const WARNING: LoginWarning = { scope: 'login:1', source: 'hr', config: 'c', expiresAt: 9000, told: { slack: 14 } }

function message(notifier: string, resource?: string) {
  return { notifier, notice: { kind: 'opened', ...(resource === undefined ? {} : { resource }) } }
}

describe('Episodes', () => {
  it('change for one of two that decide at the same time, and queue the messages of that one alone', async () => {
    const folder = states.folder()
    const [one, other] = [await states.open(folder), await states.open(folder)]
    const opening = { scope: 'a', before: undefined, after: EPISODE, at: 1000 }
    expect(await one.episodes.change({ ...opening, messages: [message('slack')] })).toBe(true)
    expect(await other.episodes.change({ ...opening, messages: [message('teams')] })).toBe(false)
    expect((await other.episodes.take(1000, ['slack', 'teams'])).map(({ notifier }) => notifier)).toEqual(['slack'])
    const before = await other.episodes.get('a')
    expect(before).toEqual(EPISODE)
    expect(await other.episodes.change({ scope: 'a', before, after: undefined, messages: [], at: 2 })).toBe(true)
    expect(await one.episodes.change({ scope: 'a', before, after: undefined, messages: [], at: 2 })).toBe(false)
    expect(await one.episodes.list()).toEqual([])
  })

  it('move to another scope, unless that has one of its own by now', async () => {
    const { episodes } = await states.open()
    await episodes.change({ scope: 'a', before: undefined, after: EPISODE, messages: [], at: 1 })
    const moved = { ...EPISODE, scope: 'b' }
    expect(await episodes.change({ scope: 'b', before: EPISODE, after: moved, messages: [], at: 1 })).toBe(true)
    expect(await episodes.list()).toEqual([moved])
    await episodes.change({ scope: 'a', before: undefined, after: EPISODE, messages: [], at: 1 })
    expect(await episodes.change({ scope: 'a', before: moved, after: EPISODE, messages: [], at: 1 })).toBe(false)
    expect(await episodes.list()).toEqual([EPISODE, moved])
  })

  it('are kept apart from the warnings of logins', async () => {
    const { episodes } = await states.open()
    const change = { scope: WARNING.scope, before: undefined, after: WARNING, messages: [], at: 1 }
    expect(await episodes.change(change)).toBe(true)
    expect(await episodes.list()).toEqual([])
    expect(await episodes.loginWarning(WARNING.scope)).toEqual(WARNING)
  })
})

describe('Deliveries', () => {
  it('are taken by one alone, and again after a minute when they came to nothing', async () => {
    const folder = states.folder()
    const [one, other] = [await states.open(folder), await states.open(folder)]
    await one.episodes.queue([message('slack', 'a'), message('mail', 'a')], 1000)
    const [taken] = await one.episodes.take(1000, ['slack'])
    expect(taken).toMatchObject({ notifier: 'slack', at: 1000, attempts: 0, notice: { kind: 'opened', resource: 'a' } })
    expect(await other.episodes.take(1000 + MINUTE - 1, ['slack'])).toEqual([])
    expect(await other.episodes.take(1000 + MINUTE, ['slack'])).toEqual([taken])
  })

  it('wait until they are due again, and are gone when delivered or given up', async () => {
    const { episodes } = await states.open()
    await episodes.queue([message('slack', 'a'), message('slack', 'b')], 0)
    const [first, second] = await episodes.take(0, ['slack'])
    await episodes.failed(first?.id ?? 0, 5 * MINUTE)
    await episodes.failed(second?.id ?? 0, undefined)
    expect(await episodes.take(5 * MINUTE - 1, ['slack'])).toEqual([])
    const [again] = await episodes.take(5 * MINUTE, ['slack'])
    expect(again).toMatchObject({ id: first?.id, attempts: 1 })
    await episodes.delivered(again?.id ?? 0)
    expect(await episodes.take(DAY, ['slack'])).toEqual([])
  })

  it('that wait keep back what the notifier is to hear later of the same resource, and nothing else', async () => {
    const { episodes } = await states.open()
    await episodes.queue([message('slack', 'a')], 0)
    const [first] = await episodes.take(0, ['slack'])
    await episodes.queue([message('slack', 'a'), message('slack', 'b'), message('slack'), message('mail', 'a')], 1)
    const others = await episodes.take(1, ['slack', 'mail'])
    expect(others.map(({ notifier, notice }) => [notifier, (notice as { resource?: string }).resource])).toEqual([
      ['slack', 'b'],
      ['slack', undefined],
      ['mail', 'a'],
    ])
    await episodes.delivered(first?.id ?? 0)
    expect(await episodes.take(1, ['slack'])).toMatchObject([{ notice: { resource: 'a' } }])
  })

  it('to whom nobody knows any more are dropped after a week', async () => {
    const { episodes } = await states.open()
    await episodes.queue([message('gone')], 0)
    await episodes.queue([message('slack')], 7 * DAY)
    expect(await episodes.take(8 * DAY, ['gone'])).toHaveLength(1)
    await episodes.queue([message('slack')], 7 * DAY + 1)
    expect(await episodes.take(9 * DAY, ['gone'])).toEqual([])
  })
})
