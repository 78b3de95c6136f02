/** A POST of JSON to a program of the user's, signed when there is a secret. docs/notifications.md describes it. */
import { createHmac } from 'node:crypto'
import type { Notice } from '../core/alarm/notice.ts'
import { type Severity, textOf } from '../core/alarm/text.ts'
import type { SecretRef } from '../core/secret.ts'
import { post, refused } from './post.ts'
import { revealed, type Sending, type SendResult, type SendTools } from './sending.ts'

/** What is posted. Members are added, never changed or removed, within a version. */
export interface WebhookBody extends Notice {
  readonly version: 1
  /** As in the header `vanta-sync-delivery`: the same at each attempt. */
  readonly delivery: string
  readonly title: string
  readonly lines: readonly string[]
  readonly severity: Severity
}

export async function sendWebhook(
  tools: SendTools,
  { url, secret }: { url: SecretRef; secret?: SecretRef },
  { notice, delivery, signal }: Sending,
): Promise<SendResult> {
  const { title, lines, severity } = textOf(notice)
  const content: WebhookBody = { version: 1, delivery, ...notice, title, lines, severity }
  const body = JSON.stringify(content)
  const key = secret === undefined ? undefined : await revealed(secret, signal)
  if (key !== undefined && 'failure' in key) return key.failure
  const seconds = Math.floor(tools.clock.now() / 1000)
  const signature = key === undefined ? {} : { 'vanta-sync-signature': signatureOf(body, key.text, seconds) }
  const headers = { 'content-type': 'application/json', 'vanta-sync-delivery': delivery, ...signature }
  const sent = await post(tools, { url, headers, body, signal })
  if ('failure' in sent) return sent.failure
  return sent.answer.status >= 200 && sent.answer.status < 300 ? { ok: true } : refused(sent.answer, url)
}

/** The time is signed, too, so that an old message cannot be sent again. */
function signatureOf(body: string, key: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`
}
