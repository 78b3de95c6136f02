/** Takes the lease, a scratch folder and the place of a running run, says so, and holds them until it is killed. */
import { setInterval } from 'node:timers'
import { systemClock } from '../../core/clock.ts'
import { openState } from '../../core/state/open.ts'

const [path = '', baseUrl = '', connection = ''] = process.argv.slice(2)
const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
await state.scratch('run-of-child')
await state.runs.begin({
  id: 'run-of-child',
  command: 'run',
  startedAt: 1,
  startedBy: 'test',
  toolVersion: '0',
  configHash: 'hash',
})
const lease = await state.lease({
  baseUrl,
  connection,
  purpose: 'run',
  waitMs: 0,
  signal: new AbortController().signal,
})
process.stdout.write(`holding ${lease.connection}\n`)
setInterval(() => undefined, 1000)
