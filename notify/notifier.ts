/** The configured places that are told, ready to send. */
import type { NotifierSpec } from '../core/resource.ts'
import { sendMail } from './mail.ts'
import {
  type Notifier,
  SEND_LIMITS,
  type Sending,
  type SendResult,
  type SendTools,
  takesNotices,
  within,
} from './sending.ts'
import { sendSlack } from './slack.ts'
import { sendTeams } from './teams.ts'
import { sendWebhook } from './webhook.ts'

export function createNotifiers(
  tools: SendTools,
  specs: readonly NotifierSpec[],
  sendMs = SEND_LIMITS.sendMs,
): readonly Notifier[] {
  return specs.filter(takesNotices).map((spec) => ({
    name: spec.name,
    kind: spec.channel.kind,
    send: async (sending) => sendSafely(tools, { spec, sending, sendMs }),
  }))
}

async function sendSafely(
  tools: SendTools,
  { spec, sending, sendMs }: { spec: NotifierSpec; sending: Sending; sendMs: number },
): Promise<SendResult> {
  try {
    return await within(sendMs, sending.signal, (signal) => send(tools, spec, { ...sending, signal }))
  } catch {
    return { ok: false, reason: 'it was stopped before it was sent', hint: 'It is tried again.' }
  }
}

async function send(tools: SendTools, { channel }: NotifierSpec, sending: Sending): Promise<SendResult> {
  switch (channel.kind) {
    case 'slack':
      return sendSlack(tools, channel, sending)
    case 'teams':
      return sendTeams(tools, channel, sending)
    case 'webhook':
      return sendWebhook(tools, channel, sending)
    case 'mail':
      return sendMail(tools, channel, sending)
    case 'ping':
      return { ok: true }
  }
}
