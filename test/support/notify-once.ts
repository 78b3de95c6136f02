/** A process that decides and delivers once, when told to: `notify-once.ts STATE URL START_AT`. */
import { systemClock } from '../../core/clock.ts'
import { silentLog } from '../../core/log.ts'
import { openState } from '../../core/state/open.ts'
import { notifyAfter } from '../../notify/notify-after.ts'
import { notifier, secretRef, settingsOf } from './notify-settings.ts'
import { failingStatus } from './resource-status.ts'

const [path = '', url = '', startAt = '0'] = process.argv.slice(2)
const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
// All at the same instant, however long each took to start.
await systemClock.sleep(Math.max(0, Number(startAt) - Date.now()))
await notifyAfter({
  context: {
    state,
    transport: { fetch },
    clock: systemClock,
    log: silentLog,
    settings: settingsOf([notifier({ kind: 'webhook', url: secretRef(url) })]),
  },
  statuses: [failingStatus()],
})
await state.close()
