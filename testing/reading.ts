/** A connector driven as the runner drives it, with somebody watching. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoginFacts, Proof, ReadContext, Row, Rows } from '../core/connector.ts'
import { type Log, silentLog } from '../core/log.ts'
import { createLazyTransport } from './lazy-transport.ts'
import type { Subject } from './subject.ts'
import { within } from './within.ts'

/** Everything is optional; what throws ends the read. */
export interface Watch {
  readonly log?: Log
  columns?(names: readonly string[]): void
  progress?(done: number, total: number | undefined): void
  login?(facts: LoginFacts): void
  /** Called with each batch, before the next is asked for. `rowsBefore` does not count it. */
  batch?(rows: readonly Row[], rowsBefore: number): void | Promise<void>
}

export interface ReadWork {
  readonly signal: AbortSignal
  readonly watch?: Watch
}

/** Hands out what a connector is given, and ends its connections afterwards, as a run does. */
export async function withContext<T>(
  subject: Subject,
  { signal, watch = {} }: ReadWork,
  work: (context: ReadContext) => Promise<T>,
): Promise<T> {
  // Options are resolved before an abort that the check may have made already.
  const options = await subject.options(new AbortController().signal)
  const transport = createLazyTransport(subject.network ?? { env: process.env })
  const scratch = join(tmpdir(), `vanta-sync-scratch-${randomUUID()}`)
  try {
    return await work({
      options,
      log: watch.log ?? silentLog,
      signal,
      clock: subject.clock,
      zone: subject.zone,
      scratch,
      fetch: transport.fetch,
      fetchTrusting: (caFile) => transport.trusting(caFile),
      proxyFor: (url) => transport.proxyFor(url),
      login: (facts) => watch.login?.(facts),
      columns: (names) => watch.columns?.(names),
      progress: (done, total) => watch.progress?.(done, total),
    })
  } finally {
    await transport.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** @throws Error when `read` is not a generator */
export function startReading({ connector }: Subject, context: ReadContext): Rows {
  const reading: unknown = connector.read(context)
  const isGenerator =
    typeof reading === 'object' && reading !== null && 'next' in reading && typeof reading.next === 'function'
  if (!isGenerator) throw new Error('`read` does not give a generator; it must be written `async *read(ctx) { … }`')
  return reading as Rows
}

/** @throws Error for what is neither a row nor a list of rows */
export function batchOf(value: Row | readonly Row[]): readonly Row[] {
  const batch: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (batch.some((row) => typeof row !== 'object' || row === null))
    throw new Error('`read` yields something that is neither a row ({ at, fields }) nor a list of rows')
  return batch as readonly Row[]
}

export interface WholeRead {
  /** Rows that arrived. */
  readonly rows: number
  readonly proof: Proof | undefined
}

/** Reads to the end. @throws what the read throws */
export async function readWhole(subject: Subject, { signal, watch = {} }: ReadWork): Promise<WholeRead> {
  return withContext(subject, { signal, watch }, async (context) => {
    const reading = startReading(subject, context)
    try {
      let rows = 0
      let step = await reading.next()
      while (step.done !== true) {
        signal.throwIfAborted()
        const batch = batchOf(step.value)
        await watch.batch?.(batch, rows)
        rows += batch.length
        step = await reading.next()
      }
      return { rows, proof: step.value }
    } finally {
      await letGo(reading)
    }
  })
}

/** For a read that nobody needs any more: it may release what it holds, for a second. */
export async function letGo(reading: Rows): Promise<void> {
  await within(
    reading.return(undefined).catch(() => undefined),
    1000,
  )
}
