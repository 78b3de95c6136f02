/** Every connector, its source cut in the middle: exit 12, nothing pushed, and Vanta holds what it held. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../connectors/registry.ts'
import { HOUR, systemClock } from '../../core/clock.ts'
import { compileMapping } from '../../core/mapping/compile.ts'
import { checkOptions, resolveOptions } from '../../core/options.ts'
import type { SourceSpec } from '../../core/resource.ts'
import type { ConnectorFixture, FixtureSource } from '../../testing/fixture.ts'
import { findFixtures, type FoundFixture } from '../support/fixtures.ts'
import { describeWithService } from '../support/service.ts'
import { createWorkshop, typeOf, type Workshop } from '../support/workshop.ts'

const PATIENT = 120_000
const found = (await findFixtures()).filter((each): each is FoundFixture => 'fixture' in each)
/** An hour ahead: files that a fixture has just written have come to rest. */
const clock = { now: () => systemClock.now() + HOUR, sleep: systemClock.sleep }

it('is tried with every built-in connector', () => {
  const tried = new Set(found.map(({ fixture }) => fixture.connector.name))
  expect(Object.keys(BUILT_IN).filter((name) => !tried.has(name))).toEqual([])
})

for (const { name, fixture, probe } of found) {
  describeWithService(name, probe, () => {
    let source: FixtureSource
    let shop: Workshop
    beforeAll(async () => {
      source = await fixture.start()
      shop = await createWorkshop({ clock, resource: { sources: [sourceOf(fixture, source)] } })
    }, PATIENT)
    afterAll(async () => {
      await shop?.close()
      await source?.stop()
    }, PATIENT)

    describe('cut in the middle of its source', () => {
      it(
        'exits 12, pushes nothing, and changes nothing that Vanta holds',
        async () => {
          const whole = await shop.run()
          expect(whole.resources[0]?.error).toBeUndefined()
          expect(whole).toMatchObject({
            exitCode: 0,
            resources: [{ outcome: 'pushed', records: { pushed: source.rows } }],
          })
          const before = shop.sandbox.control.state()
          const putsBefore = puts(shop)

          await source.cut()
          const cut = await shop.run()
          expect(cut).toMatchObject({
            exitCode: 12,
            outcome: 'failed',
            resources: [{ outcome: 'failed', exitCode: 12 }],
          })
          expect(cut.resources[0]?.error?.message).toMatch(/\S/)
          expect(puts(shop)).toBe(putsBefore)
          expect(shop.sandbox.control.state().resources).toEqual(before.resources)
          expect(await shop.plan()).toMatchObject({ exitCode: 12 })
        },
        PATIENT,
      )
    })
  })
}

function puts({ sandbox }: Workshop): number {
  return sandbox.control.requests().filter(({ method }) => method === 'PUT').length
}

/** The fixture's people as user accounts; only their id and name come from the rows. */
function sourceOf(
  { connector, people }: ConnectorFixture,
  { options, baseDir = process.cwd() }: FixtureSource,
): SourceSpec {
  const { id, name } = people ?? { id: 'id', name: 'name' }
  const type = typeOf('user_account')
  const map = {
    uniqueId: `{{ row['${id}'] }}`,
    externalUrl: 'https://hr.example.com/people',
    fullName: `{{ row['${name}'] }}`,
    displayName: `{{ row['${name}'] }}`,
    accountName: `{{ row['${id}'] }}`,
    email: 'somebody@example.com',
    permissionLevel: 'BASE',
    createdTimestamp: '2024-01-02T03:04:05Z',
    status: 'ACTIVE',
    authMethod: 'SSO',
    mfaEnabled: null,
    mfaMethods: [],
  }
  const compiled = compileMapping({ type, map, tables: {}, zone: 'UTC' })
  if ('problems' in compiled) throw new Error(compiled.problems.map((problem) => problem.message).join('; '))
  const checked = checkOptions(connector.options, options)
  if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems))
  return {
    name: connector.name,
    connector,
    options: () => resolveOptions(checked.options, { schema: connector.options, baseDir }),
    mapping: compiled.mapping,
  }
}
