import { afterEach, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import type { Hold, HoldSubject } from '../../../core/state/state.ts'
import { createFakeClock, type FakeClock, START } from '../../support/fake-clock.ts'
import { createStateFolders } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

function holdOf(change: Partial<Hold> = {}): Hold {
  return {
    id: 'hold-1',
    scope: 'scope',
    resource: 'accounts',
    runId: 'run-1',
    planHash: 'hash',
    reasons: [{ rule: 'maxRemoved', limit: '5%', allowed: 5, actual: 42, of: 100, message: '42 of 100 would go' }],
    status: 'open',
    openedAt: START,
    expiresAt: START + 72 * HOUR,
    ...change,
  }
}

async function opened(): Promise<{ clock: FakeClock; holds: Awaited<ReturnType<typeof states.open>>['holds'] }> {
  const clock = createFakeClock()
  return { clock, holds: (await states.open(undefined, clock)).holds }
}

const subject = (rule: string, name: string): HoldSubject => ({ rule, subject: name })

describe('holds', () => {
  it('are found by id and, while they live, by scope', async () => {
    const { holds } = await opened()
    await holds.save(holdOf())
    expect(await holds.get('hold-1')).toEqual(holdOf())
    expect(await holds.live('scope')).toEqual(holdOf())
    expect(await holds.live('other')).toBeUndefined()
    expect(await holds.get('other')).toBeUndefined()
  })

  it.each(['open', 'approved', 'rejected'] as const)('that are %s expire when their time is over', async (status) => {
    const { clock, holds } = await opened()
    await holds.save(holdOf({ status }))
    await clock.advance(72 * HOUR - 1)
    expect(await holds.live('scope')).toMatchObject({ status })
    await clock.advance(1)
    expect(await holds.live('scope')).toBeUndefined()
    expect(await holds.get('hold-1')).toMatchObject({ status: 'expired' })
    expect(await holds.list({ status: 'expired' })).toHaveLength(1)
  })

  it.each(['superseded', 'closed', 'used'] as const)('that are %s stay so and live no more', async (status) => {
    const { clock, holds } = await opened()
    await holds.save(holdOf({ status }))
    expect(await holds.live('scope')).toBeUndefined()
    await clock.advance(100 * HOUR)
    expect(await holds.get('hold-1')).toMatchObject({ status })
  })

  it('are listed newest first, by scope and status', async () => {
    const { holds } = await opened()
    await holds.save(holdOf({ status: 'used' }))
    await holds.save(holdOf({ id: 'hold-2', openedAt: START + 1 }))
    await holds.save(holdOf({ id: 'hold-3', openedAt: START + 2, scope: 'other' }))
    const ids = async (filter?: Parameters<typeof holds.list>[0]) => (await holds.list(filter)).map(({ id }) => id)
    expect(await ids()).toEqual(['hold-3', 'hold-2', 'hold-1'])
    expect(await ids({ scope: 'scope' })).toEqual(['hold-2', 'hold-1'])
    expect(await ids({ scope: 'scope', status: 'open' })).toEqual(['hold-2'])
  })

  it('cover what they were opened for, rule by rule, and no more', async () => {
    const { holds } = await opened()
    await holds.save(holdOf(), [subject('maxRemoved', 'a'), subject('maxRemoved', 'b'), subject('maxRemoved', 'a')])
    expect(await holds.covers('hold-1', [])).toBe(true)
    expect(await holds.covers('hold-1', [subject('maxRemoved', 'b')])).toBe(true)
    expect(await holds.covers('hold-1', [subject('maxRemoved', 'a'), subject('maxRemoved', 'c')])).toBe(false)
    expect(await holds.covers('hold-1', [subject('maxChanged', 'a')])).toBe(false)
    expect(await holds.covers('hold-2', [subject('maxRemoved', 'a')])).toBe(false)

    await holds.save(holdOf({ status: 'approved' }))
    expect(await holds.covers('hold-1', [subject('maxRemoved', 'a')])).toBe(true)
    await holds.save(holdOf(), [subject('maxRemoved', 'c')])
    expect(await holds.covers('hold-1', [subject('maxRemoved', 'a')])).toBe(false)
  })
})
