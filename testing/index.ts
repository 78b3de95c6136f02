/** What a test of a connector imports from `vanta-sync/testing`. */
export { type ChaosOptions, type ChaosRead, type ChaosSource, createChaosSource } from './chaos/source.ts'
export { CHAOS_FAULTS, type ChaosFault } from './chaos/faults.ts'
export type { Check } from './check.ts'
export { conformanceChecks } from './conformance.ts'
export {
  type ConnectorFixture,
  defineFixture,
  type FixtureMistake,
  type FixtureSource,
} from './fixture.ts'
export { type ReadHow, type ReadRows, readRows } from './read-rows.ts'
export type { LoggedLine } from './recording-log.ts'
export { type SharedFixture, shareSource } from './share-source.ts'
export { type CheckResult, testConnector, type TestHow, type TestReport } from './test-connector.ts'
