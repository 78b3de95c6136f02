import { isSyncError, messageOf } from '../core/errors.ts'
import { placeOfThrow } from '../core/place-of-throw.ts'
import type { Check } from './check.ts'
import { conformanceChecks } from './conformance.ts'
import type { ConnectorFixture } from './fixture.ts'
import { shareSource } from './share-source.ts'

export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** What is wrong, and what to do; only when it is not ok. */
  readonly message?: string
  readonly ms: number
}

export interface TestReport {
  readonly ok: boolean
  readonly checks: readonly CheckResult[]
}

export interface TestHow {
  readonly signal?: AbortSignal
  /** Told each result as it comes. */
  onResult?(result: CheckResult): void
}

/** Runs the whole conformance suite. @throws the signal's reason when it aborts; what is wrong is in the report */
export async function testConnector(fixture: ConnectorFixture, how: TestHow = {}): Promise<TestReport> {
  const shared = shareSource(fixture)
  try {
    return await runChecks(conformanceChecks(shared), how)
  } finally {
    await shared.close()
  }
}

/** Runs checks one after the other, all of them whatever fails. */
export async function runChecks(checks: readonly Check[], how: TestHow = {}): Promise<TestReport> {
  const signal = how.signal ?? new AbortController().signal
  const results: CheckResult[] = []
  for (const each of checks) {
    const result = await runCheck(each, signal)
    signal.throwIfAborted()
    results.push(result)
    how.onResult?.(result)
  }
  return { ok: results.every(({ ok }) => ok), checks: results }
}

async function runCheck({ name, run }: Check, signal: AbortSignal): Promise<CheckResult> {
  const start = performance.now()
  const spent = (): number => Math.round(performance.now() - start)
  try {
    await run(signal)
    return { name, ok: true, ms: spent() }
  } catch (error) {
    return { name, ok: false, message: sayFailure(error), ms: spent() }
  }
}

/** What a module threw itself comes with its place; what a check says, and what says who must act, needs none. */
function sayFailure(error: unknown): string {
  const place = isSyncError(error) ? undefined : placeOfThrow(error)
  return place === undefined ? messageOf(error) : `${messageOf(error)} (thrown at ${place})`
}
