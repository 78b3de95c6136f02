/** Waits for the lease, is alone for a moment, gives it back; ends with an error when it was not alone. */
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../core/clock.ts'
import { openState } from '../../core/state/open.ts'

const [path = ''] = process.argv.slice(2)
const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
const signal = new AbortController().signal
const request = { baseUrl: 'http://127.0.0.1:1', connection: 'c', purpose: 'run', waitMs: 120_000, signal }
const lease = await state.lease(request)
const alone = join(path, 'alone')
// Refused when another one is here.
closeSync(openSync(alone, 'wx'))
await lease.prove()
await wait(30)
rmSync(alone)
await lease.release()
await state.close()
