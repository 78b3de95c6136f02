/** Asks a configured connector whether its system can be reached and permits to read. */
import { MINUTE } from '../clock.ts'
import type { LoginFacts } from '../connector.ts'
import { EXIT, toSyncError } from '../errors.ts'
import { loginDocument } from '../health/login.ts'
import type { ConnectorSpec, ReadableSource } from '../resource.ts'
import type { CheckRow } from '../state/state.ts'
import type { RunContext } from './context.ts'
import { newRunId } from './run.ts'
import { checkContextOf } from './source-context.ts'

const TIMEOUT_MS = MINUTE

type Context = Pick<RunContext, 'state' | 'clock' | 'log' | 'settings' | 'transport'>

/** Each of its uses, since they may have options of their own. Never throws for what is wrong with the system. */
export async function checkConnector(spec: ConnectorSpec, context: Context): Promise<CheckRow> {
  return context.settings.secrets.scrubDocument(await checkUses(spec, context))
}

async function checkUses({ name, uses }: ConnectorSpec, context: Context): Promise<CheckRow> {
  const said: string[] = []
  let login: LoginFacts | undefined
  const note = (facts: LoginFacts): void => {
    login = { ...login, ...facts }
  }
  const scratch = await context.state.scratch(`check-${newRunId(context.clock)}`)
  try {
    for (const source of uses) said.push(await checkSource(source, { scratch: scratch.path, context, login: note }))
    const says = [...new Set(said)].join('; ')
    return { connector: name, at: context.clock.now(), ok: true, says, ...loginOf(name, login) }
  } catch (error) {
    const { message, code, hint } = toSyncError(error, EXIT.source, 'check-failed', `${name} failed`)
    const at = context.clock.now()
    return { connector: name, at, ok: false, says: message, code, ...(hint === undefined ? {} : { hint }) }
  } finally {
    await scratch.remove()
  }
}

function loginOf(source: string, login: LoginFacts | undefined): Pick<CheckRow, 'login'> {
  return login === undefined ? {} : { login: { source, ...loginDocument(login) } }
}

interface Checking {
  readonly scratch: string
  readonly context: Context
  login(facts: LoginFacts): void
}

async function checkSource(source: ReadableSource, { scratch, context, login }: Checking): Promise<string> {
  const { connector } = source
  if (connector.check === undefined) return 'This connector has no check of its own; the next read tells.'
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const given = await checkContextOf(source, { ...context, zone: context.settings.zone, scratch, signal })
  return connector.check({ ...given, login })
}
