/** Slack: an incoming webhook, which posts to the one channel that it was made for. */
import { type Severity, textOf } from '../core/alarm/text.ts'
import type { SecretRef } from '../core/secret.ts'
import { post, refused } from './post.ts'
import type { Sending, SendResult, SendTools } from './sending.ts'

/** Slack refuses a section with more than 3,000 characters. */
const SECTION_LIMIT = 2900

const SIGNS: Readonly<Record<Severity, string>> = {
  alarm: ':red_circle:',
  warning: ':large_yellow_circle:',
  good: ':large_green_circle:',
  info: ':information_source:',
}

export async function sendSlack(
  tools: SendTools,
  { url }: { url: SecretRef },
  { notice, signal }: Sending,
): Promise<SendResult> {
  const sent = await post(tools, {
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(slackMessage(notice)),
    signal,
    httpsOnly: true,
  })
  if ('failure' in sent) return sent.failure
  const { status, text } = sent.answer
  return status === 200 && text.trim() === 'ok' ? { ok: true } : refused(sent.answer, url)
}

function slackMessage(notice: Sending['notice']): unknown {
  const { title, lines, severity, link, command } = textOf(notice)
  const head = `${SIGNS[severity]} *${escaped(title)}*`
  const body = lines.map(escaped).join('\n')
  return {
    // What a phone's notification shows, and a screen reader says.
    text: escaped(title),
    blocks: [
      section(head),
      ...(body === '' ? [] : [section(body)]),
      ...(command === undefined ? [] : [section(`\`${escaped(command)}\``)]),
      ...(link === undefined ? [] : [section(`<${escaped(link)}|Open in vanta-sync>`)]),
    ],
    unfurl_links: false,
  }
}

function section(text: string): unknown {
  const short = text.length > SECTION_LIMIT ? `${text.slice(0, SECTION_LIMIT)}…` : text
  return { type: 'section', text: { type: 'mrkdwn', text: short } }
}

/** The three characters that Slack reads as its own. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
