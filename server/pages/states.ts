/** How states look: words, colour and shape, never colour alone. */
import { html } from 'hono/html'
import type { Health, LiveResource } from '../../core/health/status.ts'
import type { HoldStatus } from '../../core/state/state.ts'
import { type IconName, icon } from './icons.ts'
import type { Markup } from './markup.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'live' | 'calm'

export interface Look {
  readonly words: string
  readonly tone: Tone
  readonly icon: IconName
}

const HEALTH: Readonly<Record<Health, Look>> = {
  healthy: { words: 'healthy', tone: 'good', icon: 'check' },
  degraded: { words: 'degraded', tone: 'warn', icon: 'alert' },
  held: { words: 'held', tone: 'warn', icon: 'stop' },
  failing: { words: 'failing', tone: 'bad', icon: 'cross' },
  stale: { words: 'stale', tone: 'bad', icon: 'clock' },
  'never run': { words: 'never run', tone: 'calm', icon: 'dashed' },
  disconnected: { words: 'disconnected', tone: 'bad', icon: 'unplugged' },
}

export const PAUSED: Look = { words: 'paused', tone: 'calm', icon: 'pause' }
export const RUNNING: Look = { words: 'running', tone: 'live', icon: 'play' }

const OUTCOMES: Readonly<Record<string, Look>> = {
  succeeded: { words: 'succeeded', tone: 'good', icon: 'check' },
  pushed: { words: 'pushed', tone: 'good', icon: 'check' },
  planned: { words: 'planned', tone: 'good', icon: 'search' },
  degraded: { words: 'degraded', tone: 'warn', icon: 'alert' },
  held: HEALTH.held,
  failed: { words: 'failed', tone: 'bad', icon: 'cross' },
  skipped: { words: 'skipped', tone: 'calm', icon: 'skip' },
  interrupted: { words: 'interrupted', tone: 'bad', icon: 'unplugged' },
  running: RUNNING,
}

const HOLDS: Readonly<Record<HoldStatus, Look>> = {
  open: { words: 'waits for a decision', tone: 'warn', icon: 'stop' },
  approved: { words: 'approved', tone: 'good', icon: 'check' },
  rejected: { words: 'rejected', tone: 'bad', icon: 'cross' },
  superseded: { words: 'superseded', tone: 'calm', icon: 'skip' },
  closed: { words: 'closed by itself', tone: 'calm', icon: 'check' },
  expired: { words: 'expired', tone: 'calm', icon: 'clock' },
  used: { words: 'approved and pushed', tone: 'good', icon: 'check' },
}

export function healthLook(health: Health): Look {
  return HEALTH[health]
}

export function holdLook(status: HoldStatus): Look {
  return HOLDS[status]
}

/** Of a run, or of a resource in one. */
export function outcomeLook(outcome: string, degraded = false): Look {
  if (degraded) return { words: `${outcome}, degraded`, tone: 'warn', icon: 'alert' }
  return OUTCOMES[outcome] ?? { words: outcome, tone: 'calm', icon: 'note' }
}

export function pill({ words, tone, icon: shape }: Look): Markup {
  return html`<span class="pill ${tone}">${icon(shape)}${words}</span>`
}

const STAGES: Readonly<Record<LiveResource['stage'], string>> = {
  waiting: 'waiting for its turn',
  read: 'reading the sources',
  plan: 'comparing with what Vanta holds',
  push: 'pushing to Vanta',
  verify: 'reading back from Vanta',
  done: 'done',
}

export function stageWords(stage: LiveResource['stage']): string {
  return STAGES[stage]
}
