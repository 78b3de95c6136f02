/** Opens the state, asks for places in the minute, settles those it got, and prints how many it got and the digest of x. */
import { systemClock } from '../../core/clock.ts'
import { openState } from '../../core/state/open.ts'

const [path = '', times = '0', limit = '0'] = process.argv.slice(2)
const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
let got = 0
for (let time = 0; time < Number(times); time++) {
  const place = await state.requests.reserve('token', '', Number(limit))
  if (!('ticket' in place)) continue
  got++
  await state.requests.settle(place.ticket)
}
process.stdout.write(JSON.stringify({ got, digest: state.digest('x') }))
await state.close()
