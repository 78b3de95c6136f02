/** Who hears of a run besides its caller: dead man's switches, notifiers, and node_exporter. None of them can fail it. */
import { SECOND } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import { takeSnapshot } from '../core/health/snapshot.ts'
import type { RunContext } from '../core/run/context.ts'
import type { ResourceDocument } from '../core/run/document.ts'
import { notifyAfter } from '../notify/notify-after.ts'
import { pingRun } from '../notify/ping.ts'
import { writeMetricsFile } from '../server/metrics-file.ts'
import { metricsText } from '../server/metrics-text.ts'

type Context = Omit<RunContext, 'emit'>

/** For all that is told at the end of a run. */
const TELL_MS = 30 * SECOND

/** Before the run. */
export async function tellStart(context: Context, names: readonly string[]): Promise<void> {
  await pingRun({ context, names })
}

/** After it: with how its resources fared, or nothing when it was cut short. The daemon looks for alarms by itself. */
export async function tellEnd(
  context: Context,
  names: readonly string[],
  { ended, alarms }: { ended: readonly ResourceDocument[]; alarms: boolean },
): Promise<void> {
  // A run that was interrupted has failed, and its signal must not keep anybody from hearing of it.
  const signal = AbortSignal.timeout(TELL_MS)
  await pingRun({ context: { ...context, signal }, names, ended })
  if (alarms) await tellAlarms({ ...context, signal })
  await writeMetrics(context)
}

async function tellAlarms(context: Context): Promise<void> {
  if (context.settings.notify.length === 0) return
  const { resources: statuses } = await takeSnapshot(context)
  await notifyAfter({ context, statuses })
}

async function writeMetrics(context: Context): Promise<void> {
  const { state, settings, log } = context
  if (settings.metricsFile === undefined) return
  try {
    await writeMetricsFile(
      settings.metricsFile,
      await metricsText(await takeSnapshot(context), await state.runs.totals(), 'file'),
    )
  } catch (error) {
    log.warn(`The metrics file ${settings.metricsFile} could not be written: ${messageOf(error)}`)
  }
}
