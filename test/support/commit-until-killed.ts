/** Commits one generation of a baseline after the other, and says when it began, until it is killed. */
import { systemClock } from '../../core/clock.ts'
import { openState } from '../../core/state/open.ts'
import { commitOf } from './state-folder.ts'

const [path = '', size = '0', first = '0'] = process.argv.slice(2)
const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
for (let generation = Number(first); ; generation++) {
  const records = Array.from({ length: Number(size) + (generation % 7) }, (_, index) => ({
    uniqueId: `E-${index}`,
    body: `{"generation":${generation}}`,
  }))
  await state.baselines.commit(commitOf(records, { confirmedAt: generation }))
  process.stdout.write(`committed ${generation}\n`)
}
