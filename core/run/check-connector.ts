/** Asks a configured connector whether its system can be reached and permits to read. */
import { MINUTE } from '../clock.ts'
import { EXIT, toSyncError } from '../errors.ts'
import type { ConnectorSpec, ReadableSource } from '../resource.ts'
import type { CheckRow } from '../state/state.ts'
import type { RunContext } from './context.ts'
import { newRunId } from './run.ts'
import { checkContextOf } from './source-context.ts'

const TIMEOUT_MS = MINUTE

type Context = Pick<RunContext, 'state' | 'clock' | 'log' | 'settings' | 'transport'>

/** Each of its uses, since they may have options of their own. Never throws for what is wrong with the system. */
export async function checkConnector({ name, uses }: ConnectorSpec, context: Context): Promise<CheckRow> {
  const said: string[] = []
  const scratch = await context.state.scratch(`check-${newRunId(context.clock)}`)
  try {
    for (const source of uses) said.push(await checkSource(source, scratch.path, context))
    return { connector: name, at: context.clock.now(), ok: true, says: [...new Set(said)].join('; ') }
  } catch (error) {
    const { message, code, hint } = toSyncError(error, EXIT.source, 'check-failed', `${name} failed`)
    const at = context.clock.now()
    return { connector: name, at, ok: false, says: message, code, ...(hint === undefined ? {} : { hint }) }
  } finally {
    await scratch.remove()
  }
}

async function checkSource(source: ReadableSource, scratch: string, context: Context): Promise<string> {
  const { connector } = source
  if (connector.check === undefined) return 'This connector has no check of its own; the next read tells.'
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  return connector.check(await checkContextOf(source, { ...context, zone: context.settings.zone, scratch, signal }))
}
