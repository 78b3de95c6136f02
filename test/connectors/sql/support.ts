import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import type { Row } from '../../../core/connector.ts'
import { isSyncError, type SyncError } from '../../../core/errors.ts'
import { readAll, type ReadAll, type ReadHow } from '../../support/read-all.ts'
import { runProgram } from '../../support/run-program.ts'

export type Options = Readonly<Record<string, unknown>>

export function read(options: Options, how: ReadHow = {}): Promise<ReadAll> {
  return readAll(sqlConnector, options, how)
}

/** The fields of the only row. */
export async function readOne(options: Options, how: ReadHow = {}): Promise<Row['fields']> {
  const { rows } = await read(options, how)
  const [row, ...more] = rows
  if (row === undefined || more.length > 0) throw new Error(`not one row but ${rows.length}`)
  return { ...row.fields }
}

/** The error that a read must end with. */
export async function failureOf(work: Promise<unknown>): Promise<SyncError> {
  try {
    await work
  } catch (error) {
    if (isSyncError(error)) return error
    throw error
  }
  throw new Error('nothing failed')
}

/** The name of its class, its code, and its message with hint. */
export async function sayFailure(work: Promise<unknown>): Promise<{ kind: string; code: string; text: string }> {
  const { name, code, message, hint } = await failureOf(work)
  return { kind: name, code, text: [message, hint].filter(Boolean).join(' | ') }
}

export interface ChildResult {
  readonly count: number
  readonly first: Record<string, unknown>
  /** Bytes of memory at most, during the first 100,000 rows and in all. */
  readonly early: number
  readonly largest: number
  readonly seconds: number
  readonly proof: { readonly complete: boolean; readonly evidence: string }
}

/** Reads in a child process. `password` in the options is plain text. */
export async function readInChild(
  options: Options,
  { env = {}, flags = [] }: { env?: Record<string, string>; flags?: readonly string[] } = {},
): Promise<ChildResult> {
  const script = fileURLToPath(new URL('child-read.ts', import.meta.url))
  const { code, stdout, stderr } = await runProgram(execPath, [...flags, '--import', 'jiti/register', script], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...env, VANTA_SYNC_TEST_OPTIONS: JSON.stringify(options) },
  })
  if (code !== 0) throw new Error(`the child ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as ChildResult
}

/** A signal that aborts as soon as the first rows came, and the reading that it aborts. */
export function abortAfterFirstBatch(options: Options): Promise<{ readonly ms: number; readonly error: unknown }> {
  const end = new AbortController()
  let aborted = 0
  const reading = read(options, {
    signal: end.signal,
    onBatch() {
      if (aborted === 0) aborted = Date.now()
      end.abort(new Error('that is enough'))
    },
  })
  return reading.then(
    () => {
      throw new Error('the read went on')
    },
    (error: unknown) => ({ ms: Date.now() - aborted, error }),
  )
}

/** Aborts a read that has no rows yet after `waitMs`. */
export async function abortWhileWaiting(options: Options, waitMs: number) {
  const end = new AbortController()
  const reading = read(options, { signal: end.signal }).then(
    () => undefined,
    (error: unknown) => error,
  )
  await new Promise((resolve) => setTimeout(resolve, waitMs))
  const aborted = Date.now()
  end.abort(new Error('that is enough'))
  return { error: await reading, ms: Date.now() - aborted }
}

/** Waits until the check gives true. */
export async function eventually(check: () => Promise<boolean>, limitMs = 5000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await check())) {
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
