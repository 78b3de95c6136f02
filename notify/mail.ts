/** E-mail by SMTP. Passwords and messages never go over the network unencrypted. */
import { trustedAuthorities } from '../core/network/trust.ts'
import { type NoticeText, textOf } from '../core/alarm/text.ts'
import type { SecretRef } from '../core/secret.ts'
import { decoded, isLoopback } from './post.ts'
import { revealed, type SendFailure, type Sending, type SendResult, type SendTools } from './sending.ts'

export interface MailChannel {
  readonly smtp: SecretRef
  readonly from: string
  readonly to: readonly string[]
}

const PORTS = { 'smtps:': 465, 'smtp:': 587 } as const

export async function sendMail(tools: SendTools, channel: MailChannel, sending: Sending): Promise<SendResult> {
  const secret = await revealed(channel.smtp, sending.signal)
  if ('failure' in secret) return secret.failure
  const server = serverOf(secret.text)
  if (server === undefined) return noServer(channel.smtp)
  const { createTransport } = await import('nodemailer')
  const authorities = await trustedAuthorities(tools.ca === undefined ? {} : { 'vanta.ca': tools.ca }, {})
  const transporter = createTransport({
    ...server,
    tls: {
      ...(authorities === undefined ? {} : { ca: authorities }),
      // A mail server on this very machine has a certificate of its own making, if any.
      rejectUnauthorized: !isLoopback(server.host),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { rejected } = await transporter.sendMail(messageOf(tools, channel, sending))
    if (rejected.length === 0) return { ok: true }
    return { ok: true, note: `${rejected.length} of ${channel.to.length} recipients were refused` }
  } catch (error) {
    sending.signal.throwIfAborted()
    return explained(error, server.host, channel.smtp)
  } finally {
    transporter.close()
  }
}

interface MailServer {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly requireTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

/** Undefined for what is no `smtp://` or `smtps://`. */
function serverOf(text: string): MailServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '' || (url.protocol !== 'smtps:' && url.protocol !== 'smtp:'))
    return undefined
  const { protocol, hostname, port, username, password } = url
  const secure = protocol === 'smtps:'
  return {
    host: hostname,
    port: port === '' ? PORTS[protocol] : Number(port),
    secure,
    requireTLS: !secure && !isLoopback(hostname),
    ...(username === '' ? {} : { auth: { user: decoded(username), pass: decoded(password) } }),
  }
}

function noServer({ describe }: SecretRef): SendFailure {
  return {
    ok: false,
    reason: `the value of ${describe} is no address of a mail server`,
    hint: 'Expected smtps://user:password@host, or smtp:// for STARTTLS; write special characters as %40.',
  }
}

function messageOf({ clock }: SendTools, { from, to }: MailChannel, { notice, delivery, signal }: Sending) {
  const text = textOf(notice)
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'vanta-sync.invalid'
  const thread = notice.episode === undefined ? {} : { references: `<episode.${notice.episode}@${domain}>` }
  return {
    from,
    to: [...to],
    subject: `[vanta-sync] ${text.title}`,
    text: plainText(text),
    html: htmlText(text),
    date: new Date(clock.now()),
    // The same at each attempt: mail programs show what arrives twice once.
    messageId: `<${delivery}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...thread,
    signal,
  }
}

function plainText({ title, lines, command, link }: NoticeText): string {
  const parts = [`${title}.`, lines.join('\n'), command, link]
  return `${parts.filter((part) => part !== undefined && part !== '').join('\n\n')}\n`
}

function htmlText({ title, lines, command, link }: NoticeText): string {
  return [
    `<p><strong>${escaped(title)}</strong></p>`,
    lines.length === 0 ? '' : `<p>${lines.map(escaped).join('<br>')}</p>`,
    command === undefined ? '' : `<p><code>${escaped(command)}</code></p>`,
    link === undefined ? '' : `<p><a href="${escaped(link)}">Open in vanta-sync</a></p>`,
  ].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** The message of the error may name recipients or repeat what the server said: only codes are told. */
function explained(thrown: unknown, host: string, { describe }: SecretRef): SendFailure {
  const { code, responseCode, message } = thrown as { code?: unknown; responseCode?: unknown; message?: unknown }
  const answered = typeof responseCode === 'number' ? `, answer ${responseCode}` : ''
  const network = typeof message === 'string' ? /\bE[A-Z]{4,}\b/.exec(message)?.[0] : undefined
  const known = WORDS[String(code)]
  if (known !== undefined)
    return { ok: false, reason: `${host} ${known.says}${answered}`, hint: known.hint.replace('SMTP', describe) }
  return {
    ok: false,
    reason: `the mail server ${host} cannot be reached (${network ?? (typeof code === 'string' ? code : 'unknown')}${answered})`,
    hint: 'Check host and port, the firewall, and that smtps:// is for TLS from the start and smtp:// for STARTTLS.',
  }
}

const WORDS: Readonly<Record<string, { readonly says: string; readonly hint: string }>> = {
  EAUTH: {
    says: 'refuses user and password',
    hint: 'Check user and password at SMTP; many services want one of its own for programs.',
  },
  ENOAUTH: { says: 'wants user and password', hint: 'Put them into the address at SMTP.' },
  ETLS: {
    says: 'gives no TLS connection that can be trusted',
    hint: 'It must offer STARTTLS, or TLS from the start with smtps://; name a private authority in vanta.ca.',
  },
  EENVELOPE: {
    says: 'refuses the sender or all recipients',
    hint: 'Check `from` and `to`, and whom the user may send as.',
  },
  EMESSAGE: { says: 'refuses the message', hint: 'Ask whoever runs the mail server why.' },
}
