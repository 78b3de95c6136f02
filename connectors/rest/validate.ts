import { refuseSeveralWays } from './credentials.ts'
import { createLedger } from './ledger.ts'
import type { RestOptions } from './options.ts'
import { createPager } from './paging.ts'
import { baseRequest } from './request.ts'

/** What can be told before the API is asked. @throws ConfigError `rest-options` */
export function validateRest(options: RestOptions): void {
  createPager(baseRequest(options), options.paging)
  createLedger(options)
  refuseSeveralWays(options.auth)
}
