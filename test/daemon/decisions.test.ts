import { describe, expect, it } from 'vitest'
import { decideHold } from '../../core/decision/hold.ts'
import type { Person } from '../../core/decision/person.ts'
import type { Hold } from '../../core/state/state.ts'
import { people } from '../support/workshop.ts'
import { type Night, useNights } from './fixture.ts'

const openNight = useNights()

const ADA: Person = { name: 'ada', provenBy: 'token' }
const GRACE: Person = { name: 'grace', provenBy: 'token' }

/** A night in which a plan is held. */
async function heldNight(): Promise<{ night: Night; hold: Hold; daemon: Awaited<ReturnType<Night['start']>> }> {
  const night = await openNight()
  night.table.rows = people(30)
  const daemon = await night.start()
  await daemon.operator.runNow('accounts', ADA)
  await ended(night, 1)
  night.table.rows = people(3)
  await daemon.operator.runNow('accounts', ADA)
  await ended(night, 2)
  const [hold] = await night.state.holds.list({ status: 'open' })
  if (hold === undefined) throw new Error('nothing is held')
  return { night, hold, daemon }
}

async function ended(night: Night, runs: number): Promise<void> {
  const isOver = (): boolean => night.heard.filter(({ kind }) => kind === 'run-finished').length >= runs
  await night.passUntil(isOver, 100)
}

async function decisions(night: Night): Promise<unknown[]> {
  const rows = await night.state.history({ limit: 100 })
  return rows
    .filter(({ kind }) => kind === 'approve' || kind === 'reject')
    .map(({ kind, facts }) => [kind, facts['by']])
}

describe('a decision', () => {
  it('is taken from one of two who approve at once: the other is told to wait, and nothing of theirs is noted', async () => {
    const { night, hold, daemon } = await heldNight()
    const ask = (by: Person) =>
      daemon.operator.decide({ hold: hold.id, decision: 'approve', by, reason: 'they have left' })
    const answers = await Promise.allSettled([ask(ADA), ask(GRACE)])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(answers[1]).toMatchObject({ reason: { code: 'busy' } })
    expect(await decisions(night)).toEqual([['approve', 'ada']])
    await ended(night, 3)
    expect(night.held()).toHaveLength(3)
    expect(await night.state.holds.get(hold.id)).toMatchObject({ status: 'used', decision: { by: 'ada' } })
  })

  it('leaves the application free when it is refused', async () => {
    const { night, hold, daemon } = await heldNight()
    const refused = daemon.operator.decide({ hold: hold.id, decision: 'approve', by: ADA, reason: ' ' })
    await expect(refused).rejects.toMatchObject({ code: 'reason' })
    await daemon.operator.runNow('accounts', ADA)
    await ended(night, 3)
    expect(await night.state.runs.list({})).toHaveLength(3)
  })

  it('does not bring back a hold that was superseded while it was taken', async () => {
    const { night, hold } = await heldNight()
    const { state, clock, settings } = night
    const asked = { name: hold.id, decision: 'approve', by: ADA, reason: 'they have left' } as const
    const deciding = decideHold({ state, clock, settings }, asked)
    await state.holds.save({ ...hold, status: 'superseded' })
    await expect(deciding).rejects.toMatchObject({ code: 'hold-ended' })
    expect(await state.holds.get(hold.id)).toMatchObject({ status: 'superseded' })
    expect(await decisions(night)).toEqual([])
  })

  it.each([
    ['a sequence that a terminal obeys', 'fine\u001b[2J'],
    ['the eight-bit form of it', 'fine\u009b2J'],
    ['a book', 'x'.repeat(2001)],
  ])('is not taken with %s for a reason', async (_, reason) => {
    const { hold, daemon } = await heldNight()
    const refused = daemon.operator.decide({ hold: hold.id, decision: 'reject', by: ADA, reason })
    await expect(refused).rejects.toMatchObject({ code: 'reason' })
  })
})
