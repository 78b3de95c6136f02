/** What the machine has refuted once, each reduced to its core. */
import { describe, expect, it } from 'vitest'
import { HOUR } from '../../core/clock.ts'
import { scopeOf, targetOf } from '../../core/run/target.ts'
import { createAutoClock } from '../support/fake-clock.ts'
import { people, RESOURCE_ID, useWorkshops } from '../support/workshop.ts'

const workshop = useWorkshops()
const open = { maxAdded: { kind: 'count', count: 100, text: '100' } } as const

describe('a PUT of which nobody knows whether it arrived', () => {
  it('stays unknown when the next one is refused, so that its people cannot leave unnoticed', async () => {
    const clock = createAutoClock()
    const shop = await workshop({ clock, sandbox: { clock }, resource: { guard: open } })
    shop.table.rows = people(20)
    await shop.run()
    shop.table.rows = people(40)
    shop.sandbox.control.fail({ method: 'PUT', count: 'all' }, { status: 502, commit: true })
    expect(await shop.run()).toMatchObject({ resources: [{ error: { code: 'outcome-unknown' } }] })
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.fail({ method: 'PUT' }, { status: 403 })
    expect(await shop.run()).toMatchObject({ exitCode: 20 })
    const [resource] = shop.settings.resources
    const target = resource === undefined ? undefined : targetOf(shop.settings, resource, RESOURCE_ID)
    expect(target && (await shop.state.pushes.pending(target))).toBeDefined()
    // All twenty who came with the unanswered PUT are gone again.
    shop.table.rows = people(20)
    const next = await shop.run()
    expect(next).toMatchObject({
      outcome: 'held',
      resources: [{ baseline: 'read', hold: { reasons: [{ rule: 'maxRemoved' }] } }],
    })
    expect(shop.held()).toHaveLength(40)
  })
})

describe('a clock that is put back', () => {
  it('leaves the latest run the latest', async () => {
    const right = createAutoClock()
    let wrong = 0
    const clock = { now: () => right.now() + wrong, sleep: right.sleep }
    const shop = await workshop({ clock, sandbox: { clock: right } })
    await shop.run()
    wrong = -3 * HOUR
    shop.table.ending = 'fails'
    const failed = await shop.run()
    const [resource] = shop.settings.resources
    const scope = resource === undefined ? '' : scopeOf(shop.settings, resource)
    const latest = (await shop.state.runs.latest([scope])).get(scope)
    expect(latest?.last).toMatchObject({ runId: failed.runId, outcome: 'failed' })
    expect(latest?.success?.outcome).toBe('pushed')
  })
})
