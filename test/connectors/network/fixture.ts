import { onTestFinished } from 'vitest'
import type { HttpContext } from '../../../connectors/network/http-context.ts'
import { systemClock } from '../../../core/clock.ts'
import type { SyncError } from '../../../core/errors.ts'
import type { LogFacts } from '../../../core/log.ts'
import { silentLog } from '../../../core/log.ts'
import { createTransport } from '../../../core/network/transport.ts'
import { createAutoClock } from '../../support/fake-clock.ts'
import type { TestAuthority } from '../../support/loopback.ts'
import { type Script, type ScriptedApi, startApi } from '../../support/scripted-api.ts'

export const NOW = Date.UTC(2026, 10, 23, 9, 30)

/** An API that ends with the test. */
export async function api(script: Script, authority?: TestAuthority): Promise<ScriptedApi> {
  const server = await startApi(script, authority)
  onTestFinished(() => server.close())
  return server
}

export interface Warned {
  readonly message: string
  readonly facts: LogFacts
}

export interface TestHttp extends HttpContext {
  readonly clock: ReturnType<typeof createAutoClock>
  readonly warnings: readonly Warned[]
}

/** Over the real way out, with a clock on which waits cost no time, and no jitter. */
export async function http(change: Partial<HttpContext> = {}, env: Record<string, string> = {}): Promise<TestHttp> {
  const transport = await createTransport({ env })
  onTestFinished(() => transport.close())
  const warnings: Warned[] = []
  return {
    fetch: transport.fetch,
    proxyFor: (url) => transport.proxyFor(url),
    signal: new AbortController().signal,
    log: { ...silentLog, warn: (message, facts = {}) => warnings.push({ message, facts }) },
    random: () => 0.5,
    ...change,
    clock: createAutoClock(NOW),
    warnings,
  }
}

/** The same on the clock on the wall. */
export async function httpInRealTime(change: Partial<HttpContext> = {}): Promise<HttpContext> {
  return { ...(await http(change)), clock: systemClock }
}

/** The error that the promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise
  } catch (error) {
    return error as SyncError
  }
  throw new Error('nothing failed')
}
