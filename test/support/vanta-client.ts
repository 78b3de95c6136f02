import type { ClientContext } from '../../core/vanta/context.ts'
import type { VantaEvent } from '../../core/vanta/events.ts'
import { silentLog } from '../../core/log.ts'
import { READ_SCOPE, WRITE_SCOPE } from '../../core/resource.ts'
import { Secret } from '../../core/secret.ts'
import type { Transport } from '../../core/network/transport.ts'
import { createAutoClock, type FakeClock } from './fake-clock.ts'
import { createMemoryRequestTimes } from './request-times.ts'

export const BASE_URL = 'https://api.vanta.test'
export const CLIENT_SECRET = 'vcs_canary-9f3a+/"quoted"'

/** The global fetch, looked up at each call, so that nock can answer. */
export const globalTransport: Transport = { fetch: async (input, init) => globalThis.fetch(input, init) }

export interface TestContext extends ClientContext {
  readonly clock: FakeClock
  readonly events: VantaEvent[]
  /** `prove` of the lease and each resolution of the secret, in order. */
  readonly calls: string[]
}

/** Everything that a client needs, over the global fetch, with a clock that moves by itself. */
export function createTestContext(changes: Partial<ClientContext> & { clock?: FakeClock } = {}): TestContext {
  const clock = changes.clock ?? createAutoClock()
  const events: VantaEvent[] = []
  const calls: string[] = []
  return {
    vanta: { baseUrl: BASE_URL, limits: { tokenRequests: 5, resourceRequests: 20 } },
    application: {
      name: 'people-x',
      clientId: 'vci_people_x',
      clientSecret: {
        describe: '{ env: PEOPLE_X_CLIENT_SECRET }',
        async resolve() {
          calls.push('secret')
          return new Secret(CLIENT_SECRET)
        },
      },
      scopes: [READ_SCOPE, WRITE_SCOPE],
    },
    connection: 'c0ffee',
    lease: {
      connection: 'c0ffee',
      async prove() {
        calls.push('prove')
      },
      async release() {},
    },
    requests: createMemoryRequestTimes(clock),
    transport: globalTransport,
    log: silentLog,
    signal: new AbortController().signal,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...changes,
    clock,
    events,
    calls,
  }
}

/** What `work` rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('expected a failure, but it succeeded')
}
