/** Every built-in connector holds to the contract; each brings a source of its own that can be broken. */
import { afterAll, describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../connectors/registry.ts'
import { conformanceChecks } from '../../testing/conformance.ts'
import { shareSource } from '../../testing/share-source.ts'
import { findFixtures } from '../support/fixtures.ts'
import { describeWithService } from '../support/service.ts'

const found = await findFixtures()
/** Longer than a check allows itself. */
const PATIENT = 180_000

describe('the fixtures', () => {
  it('are there for every built-in connector', () => {
    const tested = new Set(found.flatMap((each) => ('fixture' in each ? [each.fixture.connector.name] : [])))
    expect(Object.keys(BUILT_IN).filter((name) => !tested.has(name))).toEqual([])
  })

  it.each(found)('can be loaded: $file', (each) => {
    expect('fault' in each ? each.fault : undefined).toBeUndefined()
  })
})

for (const each of found) {
  if ('fault' in each) continue
  describeWithService(each.name, each.probe, () => {
    const fixture = shareSource(each.fixture)
    afterAll(() => fixture.close())

    for (const check of conformanceChecks(fixture)) {
      it(check.name, ({ signal }) => check.run(signal), PATIENT)
    }
  })
}
