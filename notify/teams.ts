/** Microsoft Teams: a workflow that posts to a channel when a webhook request is received. It takes Adaptive Cards only. */
import { type Severity, textOf } from '../core/alarm/text.ts'
import type { SecretRef } from '../core/secret.ts'
import { post, refused } from './post.ts'
import type { Sending, SendResult, SendTools } from './sending.ts'

const COLOURS: Readonly<Record<Severity, string>> = {
  alarm: 'attention',
  warning: 'warning',
  good: 'good',
  info: 'accent',
}

/** The retired connectors said 200 and told of the failure in the text. */
const FAILED_ANYWAY = /^Webhook message delivery failed/

export async function sendTeams(
  tools: SendTools,
  { url }: { url: SecretRef },
  { notice, signal }: Sending,
): Promise<SendResult> {
  const sent = await post(tools, {
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(teamsMessage(notice)),
    signal,
    httpsOnly: true,
  })
  if ('failure' in sent) return sent.failure
  const { status, text } = sent.answer
  const taken = status === 202 || (status === 200 && !FAILED_ANYWAY.test(text))
  return taken ? { ok: true } : refused(sent.answer, url)
}

function teamsMessage(notice: Sending['notice']): unknown {
  const { title, lines, severity, link, command } = textOf(notice)
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      block(title, { weight: 'Bolder', size: 'Medium', color: COLOURS[severity] }),
      ...lines.map((line) => block(line, { spacing: 'Small' })),
      ...(command === undefined ? [] : [block(command, { fontType: 'Monospace' })]),
    ],
    actions: link === undefined ? [] : [{ type: 'Action.OpenUrl', title: 'Open in vanta-sync', url: link }],
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  }
}

function block(text: string, look: Readonly<Record<string, string>>): unknown {
  return { type: 'TextBlock', text: plain(text), wrap: true, ...look }
}

/** Cards read Markdown: names with stars or underscores would lose them. */
function plain(text: string): string {
  return text.replaceAll(/[\\*_[\]~]/g, (sign) => `\\${sign}`)
}
