/** New credentials, a new resource id, a new application: what stays, and what is warned about. */
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { takeSnapshot } from '../../../core/health/snapshot.ts'
import type { ApplicationSpec } from '../../../core/resource.ts'
import { Secret } from '../../../core/secret.ts'
import { people, useWorkshops, type Workshop } from '../../support/workshop.ts'

const workshop = useWorkshops()

const NEW_ID = '66f1c2a9e4b0a1d2c3e4f999'

function applicationOf({ settings }: Workshop): ApplicationSpec {
  const [resource] = settings.resources
  if (resource === undefined) throw new Error('there is no resource')
  return resource.application
}

async function noticesOf({ state, settings }: Workshop): Promise<readonly string[]> {
  const { resources } = await takeSnapshot({ state, settings, clock: systemClock })
  return resources.flatMap(({ notices = [] }) => notices)
}

function warningsOf(document: Awaited<ReturnType<Workshop['run']>>): unknown[] {
  return document.resources.flatMap(({ warnings = [] }) => warnings).filter(({ code }) => code === 'left-behind')
}

describe('reconnecting', () => {
  it('with a new secret for the same client id changes nothing', async () => {
    const shop = await workshop()
    await shop.run()
    const application = applicationOf(shop)
    const revealed = (await application.clientSecret.resolve()).reveal()
    const clientSecret = { describe: '{ env: NEW }', resolve: async () => new Secret(revealed) }
    shop.setResource({ application: { ...application, name: 'people-renamed', clientSecret } })
    const again = await shop.run()
    expect(again.resources[0]).toMatchObject({
      outcome: 'pushed',
      baseline: 'state',
      changes: { added: 0, removed: 0 },
    })
    expect(warningsOf(again)).toEqual([])
    expect(await noticesOf(shop)).toEqual([])
    expect(await shop.state.runs.rows({ resource: 'accounts', limit: 10 })).toHaveLength(2)
  })

  it('with a new resource id keeps the history by name, and warns of the set that stays active', async () => {
    const shop = await workshop()
    shop.table.rows = people(3)
    await shop.run()
    shop.setResource({ resourceIds: [NEW_ID] })
    const { state, settings } = shop
    const before = await takeSnapshot({ state, settings, clock: systemClock })
    expect(before.resources[0]).toMatchObject({ health: 'never run', failuresInRow: 0 })
    expect(before.resources[0]?.notices).toEqual([
      expect.stringMatching(
        /^Resource id 66f1c2a9e4b0a1d2c3e4f567 was pushed from here before .* its 3 records stay active/,
      ),
    ])
    expect(before.resources[0]?.notices?.[0]).toMatch(/delete that one resource .* leave the application itself alone/)
    const document = await shop.run()
    expect(warningsOf(document)).toHaveLength(1)
    const rows = await shop.state.runs.rows({ resource: 'accounts', limit: 10 })
    expect(new Set(rows.map(({ scope }) => scope)).size).toBe(2)
  })

  it('with an application that was made anew warns of the set of the old one, by the name of the resource', async () => {
    const shop = await workshop()
    await shop.run()
    const application = { ...applicationOf(shop), clientId: 'vci_made_anew' }
    shop.setResource({ application, resourceIds: [NEW_ID] })
    expect(await noticesOf(shop)).toEqual([expect.stringMatching(/its 3 records stay active in Vanta/)])
    shop.setResource({ name: 'another' })
    expect(await noticesOf(shop)).toEqual([])
  })

  it('with a new client id and the same resource id leaves nothing behind', async () => {
    const shop = await workshop()
    await shop.run()
    shop.setResource({ application: { ...applicationOf(shop), clientId: 'vci_made_anew' } })
    expect(await noticesOf(shop)).toEqual([])
  })
})
