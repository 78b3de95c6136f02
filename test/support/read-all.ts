import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, HOUR } from '../../core/clock.ts'
import type { CheckContext, Connector, LoginFacts, Proof, ReadContext, Row } from '../../core/connector.ts'
import type { Transport } from '../../core/network/transport.ts'
import type { Log, LogFacts } from '../../core/log.ts'
import { checkOptions, resolveOptions } from '../../core/options.ts'
import { createAutoClock } from './fake-clock.ts'

export interface LoggedLine {
  readonly level: keyof Log
  readonly message: string
  readonly facts: LogFacts
}

export interface ReadAll {
  readonly rows: readonly Row[]
  readonly proof: Proof | undefined
  /** What the connector announced; undefined when it announced nothing. */
  readonly columns: readonly string[] | undefined
  readonly logs: readonly LoggedLine[]
  /** What it told of its login. */
  readonly login: LoginFacts | undefined
  /** Every call of `progress`, in order. */
  readonly progress: readonly { done: number; total: number | undefined; unit: string | undefined }[]
}

export interface ReadHow {
  /** Folder that relative paths are relative to. */
  readonly baseDir?: string
  /** Default: an hour ahead, so that files just written have settled, and waits cost no time. */
  readonly clock?: Clock
  readonly signal?: AbortSignal
  /** Default: a folder of its own, which is removed at the end. */
  readonly scratch?: string
  /** Default: UTC. */
  readonly zone?: string
  /** Default: none, and whatever fetches fails. */
  readonly transport?: Transport
  /** Called with each batch as it comes, before the next is asked for. */
  onBatch?(rows: readonly Row[]): void | Promise<void>
}

/**
 * Runs a connector's `read` to its end as the pipeline would, with options checked, completed and resolved.
 * Throws what the read throws, and when the connector breaks the contract: columns announced twice or after a row,
 * progress that goes back, a row without a place.
 */
export async function readAll(
  connector: Connector,
  options: Record<string, unknown>,
  how: ReadHow = {},
): Promise<ReadAll> {
  const seen = { rows: [] as Row[], logs: [] as LoggedLine[], progress: [] as ReadAll['progress'][number][] }
  let columns: readonly string[] | undefined
  let login: LoginFacts | undefined
  const context = await createContext(connector, options, how)
  const read = connector.read({
    ...context,
    log: recordingLog(seen.logs),
    login(facts) {
      login = { ...login, ...facts }
    },
    columns(names) {
      if (columns !== undefined) throw new Error('the connector announced its columns twice')
      if (seen.rows.length > 0) throw new Error('the connector announced its columns after its first row')
      columns = names
    },
    progress(done, total, unit) {
      const last = seen.progress.at(-1)?.done ?? 0
      if (done < last) throw new Error(`the progress went back from ${last} to ${done}`)
      seen.progress.push({ done, total, unit })
    },
  })
  try {
    let step = await read.next()
    for (; step.done !== true; step = await read.next()) {
      const batch = 'fields' in step.value ? [step.value] : step.value
      if (batch.some((row) => row.at === '')) throw new Error('a row does not say where it came from')
      for (const row of batch) seen.rows.push(row)
      await how.onBatch?.(batch)
    }
    return { ...seen, proof: step.value, columns, login }
  } finally {
    // A test that stops in the middle must not leave behind what the connector holds.
    await read.return(undefined)
    await rm(context.scratch, { recursive: true, force: true })
  }
}

/** Runs a connector's `check`. */
export async function runCheck(
  connector: Connector,
  options: Record<string, unknown>,
  how: ReadHow & Pick<CheckContext, 'login'> = {},
): Promise<string> {
  if (connector.check === undefined) throw new Error(`the connector ${connector.name} has no check`)
  const context = await createContext(connector, options, how)
  return connector.check(how.login === undefined ? context : { ...context, login: how.login })
}

async function createContext(
  connector: Connector,
  written: Record<string, unknown>,
  how: ReadHow,
): Promise<ReadContext> {
  const { options, problems } = checkOptions(connector.options, written)
  if (problems.length > 0) throw new Error(`the options of the test are wrong: ${JSON.stringify(problems)}`)
  return {
    options: await resolveOptions(options, { schema: connector.options, baseDir: how.baseDir ?? process.cwd() }),
    log: recordingLog([]),
    signal: how.signal ?? new AbortController().signal,
    clock: how.clock ?? createAutoClock(Date.now() + HOUR),
    zone: how.zone ?? 'UTC',
    scratch: how.scratch ?? join(tmpdir(), `vanta-sync-scratch-${randomUUID()}`),
    fetch: how.transport?.fetch ?? (() => Promise.reject(new Error('this test has no network'))),
    fetchTrusting: how.transport?.trusting ?? (() => Promise.reject(new Error('this test has no network'))),
    columns: () => undefined,
    progress: () => undefined,
  }
}

function recordingLog(lines: LoggedLine[]): Log {
  const record =
    (level: keyof Log) =>
    (message: string, facts: LogFacts = {}): void => {
      lines.push({ level, message, facts })
    }
  return { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') }
}
