/** Times as the page shows them: in the zone of the configuration, with their age in words. */
import { html } from 'hono/html'
import { DateTime } from 'luxon'
import { MINUTE, toInstant } from '../../core/clock.ts'
import { sayDuration } from '../../core/text/duration.ts'
import type { Markup } from './markup.ts'

export interface When {
  readonly now: number
  /** IANA name, as in the configuration. */
  readonly zone: string
}

/** `today 10:17`, `Mon 23 Nov 10:17`, `23 Nov 2025 10:17`; the title has date, seconds and zone. */
export function at(ms: number, when: When): Markup {
  const local = inZone(ms, when)
  const title = `${local.toFormat('d LLLL yyyy, HH:mm:ss')} ${when.zone}`
  return html`<time datetime="${toInstant(ms)}" title="${title}">${dayText(local, inZone(when.now, when))} ${local.toFormat('HH:mm')}</time>`
}

/** `5 min ago`, `in 2 h 3 min`; the script keeps it true while the page is open. */
export function ago(ms: number, when: When): Markup {
  return html`<time datetime="${toInstant(ms)}" title="${plainTime(ms, when)}" data-age>${ageText(ms - when.now)}</time>`
}

/** `10:17:03`: where the day is told elsewhere. */
export function timeOfDay(ms: number, when: When): Markup {
  const local = inZone(ms, when)
  return html`<time datetime="${toInstant(ms)}" title="${plainTime(ms, when)}">${local.toFormat('HH:mm:ss')}</time>`
}

/** `23 Nov 2026, 10:17` */
export function plainTime(ms: number, when: When): string {
  return inZone(ms, when).toFormat('d LLL yyyy, HH:mm')
}

/** `Europe/Berlin (UTC+1)` */
export function zoneText(when: When): string {
  const offset = inZone(when.now, when).toFormat('Z')
  return when.zone === 'UTC' ? 'UTC' : `${when.zone} (UTC${offset === '+0' ? '' : offset})`
}

export function ageText(difference: number): string {
  if (Math.abs(difference) < MINUTE) return difference <= 0 ? 'just now' : 'within a minute'
  return difference < 0 ? `${sayDuration(-difference)} ago` : `in ${sayDuration(difference)}`
}

function inZone(ms: number, { zone }: When): DateTime {
  return DateTime.fromMillis(ms, { zone, locale: 'en-GB' })
}

function dayText(local: DateTime, now: DateTime): string {
  const days = Math.round(local.startOf('day').diff(now.startOf('day'), 'days').days)
  if (days === 0) return 'today'
  if (days === -1) return 'yesterday'
  if (days === 1) return 'tomorrow'
  return local.year === now.year ? local.toFormat('ccc d LLL') : local.toFormat('d LLL yyyy')
}
