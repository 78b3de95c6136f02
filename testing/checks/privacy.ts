/** Secrets have no way to text, and rows none to the log. */
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import type { ObjectSchema, OptionSchema } from '../../core/connector.ts'
import { messageOf } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { shows } from '../../core/secret-forms.ts'
import { type Check, check } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import type { Lab } from '../lab.ts'
import { readWhole, withContext } from '../reading.ts'
import { type LoggedLine, recordingLog } from '../recording-log.ts'
import { secretsIn, withSecrets } from '../secrets-of-options.ts'
import type { Subject } from '../subject.ts'
import type { ObservedRead } from './rows.ts'

/** A shorter secret is as likely a part of a word. */
const LEAST_LENGTH = 6

export function privacyChecks(lab: Lab): readonly Check[] {
  return [
    ...(hasSecret(lab.fixture.connector.options)
      ? [
          check('its secrets show in no text', (signal) =>
            lab.withSource(({ subject }) => judgeSecrets(subject, signal)),
          ),
          check('wrong secrets show in no text either', (signal) =>
            lab.withSource(({ subject }) => judgeWrongSecrets(subject, signal)),
          ),
        ]
      : []),
    check('logs and evidence hold no values of rows', async (signal) => {
      const whole = await lab.whole(signal)
      judgeLogs(whole, whole.options)
      const cut = await lab.cut(signal)
      judgeLogs({ ...whole, logs: cut.logs, proof: cut.proof }, whole.options)
    }),
  ]
}

export function hasSecret(schema: OptionSchema): boolean {
  if (schema.type === 'string') return schema.secret === true
  if (schema.type === 'array') return hasSecret(schema.items)
  return schema.type === 'object' && belowOf(schema).some(hasSecret)
}

function belowOf({ properties, additionalProperties }: ObjectSchema): readonly OptionSchema[] {
  return [...Object.values(properties), ...(additionalProperties ? [additionalProperties] : [])]
}

/** Looks at everything that one check and one read say, good or bad. */
export async function judgeSecrets(subject: Subject, signal: AbortSignal): Promise<void> {
  const secrets = secretsIn(await subject.options(signal))
  const texts = await textsOf(subject, signal)
  for (const [where, text] of texts) {
    if (shows(text, secrets, { least: LEAST_LENGTH }))
      throw new Error(
        `a secret shows in ${where}; call \`reveal()\` only where the value is sent, and keep what holds it out of messages, causes and facts`,
      )
  }
}

async function judgeWrongSecrets(subject: Subject, signal: AbortSignal): Promise<void> {
  const wrong = new Secret(`wrong-${randomBytes(12).toString('hex')}`)
  const options = withSecrets(await subject.options(signal), () => wrong)
  await judgeSecrets({ ...subject, options: async () => options }, signal)
}

/** What comes out of a connector, by the place where it does. */
async function textsOf(subject: Subject, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const logs: LoggedLine[] = []
  const texts = new Map<string, string>()
  const watch = { log: recordingLog(logs) }
  const note = async (step: string, work: Promise<unknown>): Promise<void> => {
    try {
      texts.set(`what \`${step}\` returns`, textOf(await work))
    } catch (error) {
      signal.throwIfAborted()
      texts.set(`the error of \`${step}\``, `${messageOf(error)}\n${textOf(error)}`)
    }
  }
  await note(
    'check',
    withContext(subject, { signal, watch }, async (context) => subject.connector.check?.(context)),
  )
  await note('read', readWhole(subject, { signal, watch }))
  texts.set('the log', logs.map(textOfLine).join('\n'))
  return texts
}

/** As a crash report would print it: stack, causes and own properties. */
function textOf(value: unknown): string {
  return inspect(value, { depth: 4, maxStringLength: null, maxArrayLength: null, breakLength: Infinity })
}

function textOfLine({ message, facts }: LoggedLine): string {
  return `${message} ${textOf(facts)}`
}

/** Values that stand in the options, such as a search filter, may be repeated. */
export function judgeLogs({ cells, logs, rowProblems, proof }: ObservedRead, options: unknown): void {
  const known = cells.except(textOf(options))
  for (const line of logs) {
    const found = known.foundIn(textOfLine(line))
    if (found !== undefined)
      throw new Error(
        `the log line "${messageStart(line.message)}" holds a value of "${found.name}"; say counts, columns and places, never what a row says`,
      )
  }
  const told = rowProblems.map((message) => known.foundIn(message)).find((cell) => cell !== undefined)
  if (told !== undefined)
    throw new Error(`the problem of a row repeats a value of "${told.name}"; say its class: "text of 4 characters"`)
  const found = known.foundIn(evidenceOf(proof))
  if (found !== undefined)
    throw new Error(`the proof's evidence holds a value of "${found.name}"; it goes to the history and to logs`)
}

/** Enough to find the line: the value stands later, or it shows itself here. */
function messageStart(message: string): string {
  return message.length > 60 ? `${message.slice(0, 60)}…` : message
}
