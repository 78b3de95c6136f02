/** Looks each minute whether somebody must be told: what goes stale does so while nothing runs. */
import { MINUTE } from '../core/clock.ts'
import { takeSnapshot } from '../core/health/snapshot.ts'
import type { NetworkTransport } from '../core/network/transport.ts'
import type { Settings } from '../core/resource.ts'
import type { RunContext } from '../core/run/context.ts'
import { notifyAfter } from '../notify/notify-after.ts'
import type { Configuration } from './configuration.ts'
import { type Loop, startLoop } from './loop.ts'

export interface AlarmOptions extends Pick<RunContext, 'state' | 'clock' | 'log'> {
  readonly configuration: Configuration
  openTransport(settings: Settings): Promise<NetworkTransport>
}

export function startAlarms(options: AlarmOptions): Loop {
  const { clock, log } = options
  return startLoop({
    what: 'the alarms',
    clock,
    log,
    afterFailureMs: MINUTE,
    async turn() {
      await lookForAlarms(options)
      return MINUTE
    },
  })
}

/** Decides, queues and delivers. A notifier that fails is logged, and tried again later. */
async function lookForAlarms({ state, clock, log, configuration, openTransport }: AlarmOptions): Promise<void> {
  const settings = configuration.current
  if (settings.notify.length === 0) return
  const { resources: statuses } = await takeSnapshot({ state, settings, clock })
  const transport = await openTransport(settings)
  const signal = AbortSignal.timeout(MINUTE)
  try {
    await notifyAfter({ context: { state, settings, clock, log, transport, signal }, statuses })
  } finally {
    await transport.close()
  }
}
