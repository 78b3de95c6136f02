/** Who keeps the schedules: one daemon, several, or none. */
import { html } from 'hono/html'
import { HOUR, SECOND } from '../../core/clock.ts'
import type { DaemonStatus, StatusSnapshot } from '../../core/health/status.ts'
import { banner } from './layout.ts'
import { type Markup, plural, sentence } from './markup.ts'
import { ago, at, type When } from './when.ts'

/** It tells of itself every few seconds. */
const SILENT_MS = 60 * SECOND

/** What needs somebody before all resources do. */
export function daemonWarnings({ daemons, resources }: StatusSnapshot, when: When): Markup | readonly Markup[] {
  if (daemons.length === 0) {
    const scheduled = resources.filter(({ schedule }) => schedule !== undefined).length
    if (scheduled === 0) return ''
    return banner(
      'bad',
      html`<p><b>No daemon is running:</b> ${plural(scheduled, 'schedule is', 'schedules are')} kept by nobody. Start one: <code>vanta-sync start</code></p>`,
    )
  }
  return daemons.flatMap((daemon) => [configWarning(daemon), silence(daemon, when)])
}

function configWarning({ configProblem, host }: DaemonStatus): Markup {
  if (configProblem === undefined) return ''
  return banner(
    'warn',
    html`<p><b>The changed configuration was not taken</b> on ${host}; the one before it stays in force. ${sentence(configProblem)} <code>vanta-sync validate</code> shows all that is wrong.</p>`,
  )
}

function silence({ beatAt, host, pid }: DaemonStatus, when: When): Markup {
  const beat = Date.parse(beatAt)
  if (when.now - beat < SILENT_MS) return ''
  return banner(
    'warn',
    html`<p>The daemon on ${host} (process ${pid}) last said that it is well ${ago(beat, when)}.</p>`,
  )
}

/** For the foot of the overview. */
export function daemonLine({ daemons }: StatusSnapshot, when: When): Markup {
  if (daemons.length === 0) return html`<p class="daemons">No daemon is running on this state.</p>`
  if (daemons.length === 1) return html`<p class="daemons">${daemons.map((daemon) => daemonText(daemon, when))}</p>`
  return html`<div class="daemons"><p>${daemons.length} daemons share this state; each slot is taken by one of them.</p><ul>${daemons.map((daemon) => html`<li>${daemonText(daemon, when)}</li>`)}</ul></div>`
}

function daemonText({ host, pid, startedAt, version, url }: DaemonStatus, when: When): Markup {
  const started = Date.parse(startedAt)
  const age = when.now - started > HOUR ? html` (${ago(started, when)})` : ''
  const where = url === undefined || !/^https?:/.test(url) ? host : html`<a href="${url}">${host}</a>`
  return html`The daemon on ${where} (process ${pid}) runs since ${at(started, when)}${age}, version ${version}.`
}
