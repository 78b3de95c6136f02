/** Tells every notifier, or one, that this is a test, and says what came of it. */
import { testNotice } from '../../core/alarm/notice.ts'
import { systemClock } from '../../core/clock.ts'
import { randomUUID } from 'node:crypto'
import { ConfigError, UsageError } from '../../core/errors.ts'
import { createTransport } from '../../core/network/transport.ts'
import type { NotifierSpec, Settings } from '../../core/resource.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { createNotifiers } from '../../notify/notifier.ts'
import { testPing } from '../../notify/ping.ts'
import { SEND_LIMITS, type SendResult, type SendTools } from '../../notify/sending.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint, type Paint } from '../render/paint.ts'
import { openConfig } from '../workplace.ts'

interface Tested {
  readonly name: string
  readonly kind: string
  readonly ok: boolean
  /** What happened, and when it failed what to do. */
  readonly message: string
}

/** Exits 1 when one was not told. @throws ConfigError without notifiers; UsageError for an unknown one */
export async function notifyTestCommand(io: Io, options: GlobalOptions, { name }: { name?: string }): Promise<number> {
  // Only the secrets of the notifiers are needed, so nothing else need be there.
  const { settings } = await openConfig(io, options, 'leave')
  const specs = chosen(settings, name)
  const transport = await createTransport({
    env: io.env,
    ...(settings.vanta.ca === undefined ? {} : { ca: settings.vanta.ca }),
  })
  try {
    const tools = { transport, clock: systemClock, ca: settings.vanta.ca }
    const notifiers = await Promise.all(specs.map((spec) => test(tools, { settings, spec, signal: io.signal })))
    const exitCode = notifiers.every(({ ok }) => ok) ? 0 : 1
    const document = { command: 'notify test', exitCode, notifiers }
    if (options.json) io.out(`${JSON.stringify(document, null, 2)}\n`)
    else if (exitCode !== 0 || !options.quiet) io.out(testedText(notifiers, createPaint(io.colour)))
    return exitCode
  } finally {
    await transport.close()
  }
}

function chosen({ notify, file }: Settings, name: string | undefined): readonly NotifierSpec[] {
  if (notify.length === 0) {
    throw new ConfigError('no-notifiers', `${file} names nobody to notify`, {
      hint: 'Add one under `notify`, as in: notify: [{ slack: { env: SLACK_WEBHOOK } }]',
    })
  }
  if (name === undefined) return notify
  const found = notify.filter((spec) => spec.name === name)
  if (found.length > 0) return found
  const known = notify.map((spec) => spec.name)
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? `The config has: ${known.join(', ')}.` : `Did you mean "${nearest}"?`
  throw new UsageError('unknown-notifier', `There is no notifier "${name}" in ${file}`, { hint })
}

async function test(
  tools: SendTools,
  { settings, spec, signal }: { settings: Settings; spec: NotifierSpec; signal: AbortSignal },
): Promise<Tested> {
  const { name, channel } = spec
  const result =
    channel.kind === 'ping' ? await testPing(tools, channel, signal) : await send(tools, { settings, spec, signal })
  signal.throwIfAborted()
  return { name, kind: channel.kind, ok: result.ok, message: messageOf(result) }
}

async function send(
  tools: SendTools,
  { settings, spec, signal }: { settings: Settings; spec: NotifierSpec; signal: AbortSignal },
): Promise<SendResult> {
  const [notifier] = createNotifiers(tools, [spec], SEND_LIMITS.sendMs)
  const notice = testNotice(tools.clock.now(), settings.server.publicUrl)
  return (await notifier?.send({ notice, delivery: `test-${randomUUID()}`, signal })) ?? { ok: true }
}

function messageOf(result: SendResult): string {
  if (result.ok) return result.note ?? 'told'
  const { reason, hint } = result
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}. ${hint}`
}

function testedText(notifiers: readonly Tested[], paint: Paint): string {
  const lines = notifiers.map(({ name, kind, ok, message }) => {
    const who = name === kind ? name : `${name} (${kind})`
    return `${ok ? paint('green', '✓') : paint('red', '✗')} ${who}: ${message}`
  })
  return `${lines.join('\n')}\n`
}
