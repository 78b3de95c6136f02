/** What every connector must hold to, as checks that anybody may run: vitest, node:test, our command. */
import type { Check } from './check.ts'
import { cutChecks } from './checks/cut.ts'
import { definitionChecks } from './checks/definition.ts'
import { endingChecks } from './checks/ending.ts'
import { memoryChecks } from './checks/memory.ts'
import { optionChecks } from './checks/options.ts'
import { privacyChecks } from './checks/privacy.ts'
import { repeatedReadChecks, wholeReadChecks } from './checks/rows.ts'
import type { ConnectorFixture } from './fixture.ts'
import { createLab } from './lab.ts'

/**
 * The checks of a fixture's connector. Each starts what it needs and stops it again; run them one after the other,
 * because some look at what the whole process holds open. `shareSource` saves starting a slow source for each.
 */
export function conformanceChecks(fixture: ConnectorFixture): readonly Check[] {
  const lab = createLab(fixture)
  return [
    ...definitionChecks(fixture.connector),
    ...optionChecks(lab),
    ...wholeReadChecks((signal) => lab.whole(signal)),
    ...repeatedReadChecks(lab),
    ...endingChecks(lab),
    ...memoryChecks(lab),
    ...cutChecks(lab),
    ...privacyChecks(lab),
  ]
}
