/** A run's events, for people on a terminal and as JSON lines off it. */
import { styleText } from 'node:util'
import type { Log } from '../core/log.ts'
import type { Emit, RunEvent } from '../core/run/events.ts'
import { sayDuration } from '../core/text/duration.ts'
import type { GlobalOptions, Io } from './io.ts'
import { CLEAR_LINE } from './logger.ts'

const REDRAW_MS = 100

export function listenTo(io: Io, options: GlobalOptions): (log: Log) => Emit {
  if (options.quiet) return () => () => undefined
  return io.terminal ? () => progressLine(io) : (log) => (event) => logEvent(log, event)
}

function logEvent(log: Log, event: RunEvent): void {
  const { kind, ...facts } = event
  // Of failed attempts the client says more in the log itself.
  if (kind === 'progress' || kind === 'attempt-failed') return
  if (kind === 'stage') return log.debug(kind, facts)
  if (kind === 'warning') return log.warn(kind, facts)
  log.info(kind, facts)
}

/** One line that is drawn over while something is under way. */
function progressLine(io: Io): Emit {
  let drawnAt = 0
  const draw = (text: string): void => io.err(`${CLEAR_LINE}${styleText('dim', text)}`)
  const say = (text: string): void => io.err(`${CLEAR_LINE}${text}\n`)
  return (event) => {
    switch (event.kind) {
      case 'progress': {
        const now = Date.now()
        if (now - drawnAt < REDRAW_MS) return
        drawnAt = now
        const of = event.total === undefined ? '' : ` of ${event.total.toLocaleString('en-US')}`
        return draw(`${event.resource}: ${event.stage} ${event.done.toLocaleString('en-US')}${of} ${event.unit}`)
      }
      case 'stage':
        return draw(`${event.resource}: ${event.stage} …`)
      case 'lease-waiting':
        return say(`Waiting for the lease of ${event.application}: held by ${event.holder}`)
      case 'waiting':
        return say(
          `${event.application}: the minute's allowance is used up (${event.why}); goes on in ${sayDuration(event.ms)}`,
        )
      case 'attempt-failed':
        return say(
          `${event.application}: ${event.what}; ${event.waitMs === 0 ? 'no more attempts' : `again in ${sayDuration(event.waitMs)}`}`,
        )
      case 'run-finished':
        return io.err(CLEAR_LINE)
      default:
        return undefined
    }
  }
}
