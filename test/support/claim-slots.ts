/** `claim-slots.ts <folder> <daemon> <slots>`: claims slots 1 to n of `scope`, says which it got, and lives on. */
import { systemClock } from '../../core/clock.ts'
import { openState } from '../../core/state/open.ts'

const [path = '', daemon = '', count = ''] = process.argv.slice(2)
const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
await state.scratch(daemon)
await state.slots.see('scope', 'schedule', 0, daemon)
const got: number[] = []
for (let slotAt = 1; slotAt <= Number(count); slotAt++) {
  if (!(await state.slots.claim({ scope: 'scope', schedule: 'schedule', slotAt, daemon }))) continue
  got.push(slotAt)
  if (slotAt < Number(count)) await state.slots.settle('scope', slotAt)
}
process.stdout.write(`got ${JSON.stringify(got)}\n`)
setInterval(() => undefined, 1000)
