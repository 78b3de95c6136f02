/** Drives a connector through one read, and judges its proof. */
import { SECOND, toInstant } from '../clock.ts'
import type { LoginFacts, Proof, ReadContext, Row, Rows } from '../connector.ts'
import { ConfigError, isSyncError, messageOf, OperatorError, RetryLaterError } from '../errors.ts'
import type { MappingProblem } from '../mapping/mapping.ts'
import { placeOfThrow } from '../place-of-throw.ts'
import type { ReadableSource } from '../resource.ts'
import { checkContextOf, type Surroundings } from './source-context.ts'
import { asGenerator, checkRow, proofFault } from './contract-faults.ts'
import { sayDuration } from '../text/duration.ts'

/** A module that ignores the abort signal for longer is left behind and named. */
const GRACE = 5 * SECOND
const ABANDONED = 'source-abandoned'

/** What a read needs besides its source. */
export interface ReadSettings extends Surroundings {
  readonly now: number
  readonly timeoutMs: number
  readonly maxDataAgeMs?: number
  onProgress(done: number, total: number | undefined, unit: 'rows' | 'bytes'): void
}

export interface RowsRequest extends ReadSettings {
  readonly source: ReadableSource
  /** May give problems, or throw: then the read fails at once. */
  onColumns(names: readonly string[]): readonly MappingProblem[]
  /** Never sees a row without any value. */
  onRow(row: Row): void
  /** After the proof: problems with columns that only the rows could show. */
  onEnd(): readonly MappingProblem[]
}

export interface RowsRead {
  readonly rows: number
  /** Those among them without any value. */
  readonly blank: number
  readonly proof: Proof
  /** What the connector told of the login that it read with. */
  readonly login?: LoginFacts
}

/**
 * Reads one source to its end. Resolves only when the source proved itself complete.
 * @throws OperatorError, RetryLaterError (exit 12) when the read failed or is incomplete; ConfigError
 */
export async function readRows(request: RowsRequest): Promise<RowsRead> {
  const end = new AbortController()
  const signal = AbortSignal.any([request.signal, end.signal])
  const timer = request.clock.sleep(request.timeoutMs, end.signal).then(
    () => end.abort(),
    () => undefined,
  )
  try {
    return await abandonOnAbort(consume(request, signal), signal, request)
  } catch (error) {
    request.signal.throwIfAborted()
    throw noteSource(failed(request.source, signal.aborted ? timedOut(request, error) : error), request.source)
  } finally {
    end.abort()
    await timer
  }
}

async function consume(request: RowsRequest, signal: AbortSignal): Promise<RowsRead> {
  const { source } = request
  let rows = 0
  let blank = 0
  let login: LoginFacts | undefined
  const note = (facts: LoginFacts): void => {
    login = { ...login, ...facts }
  }
  const reading = asGenerator(source, source.connector.read(await contextOf(request, signal, note)))
  try {
    let step = await reading.next()
    while (!step.done) {
      signal.throwIfAborted()
      for (const row of isBatch(step.value) ? step.value : [step.value]) {
        checkRow(source, row)
        rows++
        if (isBlank(row)) blank++
        else request.onRow(row)
      }
      request.onProgress(rows, undefined, 'rows')
      step = await reading.next()
    }
    const proof = proven(request, step.value, rows)
    refuseColumns(source, request.onEnd())
    return { rows, blank, proof, ...(login === undefined ? {} : { login }) }
  } catch (error) {
    await letGo(reading, request)
    throw error
  }
}

/** A connector that is left in the middle may close what it has opened; what goes wrong with that is not the news. */
async function letGo(reading: Rows, { clock }: RowsRequest): Promise<void> {
  const closed = new AbortController()
  const patience = clock.sleep(GRACE, closed.signal).catch(() => undefined)
  const closing = reading.return(undefined).catch(() => undefined)
  await Promise.race([closing, patience])
  closed.abort()
}

async function contextOf(
  request: RowsRequest,
  signal: AbortSignal,
  login: (facts: LoginFacts) => void,
): Promise<ReadContext> {
  const { source } = request
  return {
    ...(await checkContextOf(source, { ...request, signal })),
    login,
    columns: (names) => refuseColumns(source, request.onColumns(names)),
    progress: (done, total, unit = 'rows') => request.onProgress(done, total, unit),
  }
}

function isBatch(value: Row | readonly Row[]): value is readonly Row[] {
  return Array.isArray(value)
}

function isBlank(row: Row): boolean {
  for (const value of Object.values(row.fields)) {
    if (value === null || value === undefined) continue
    if (typeof value !== 'string' || value.trim() !== '') return false
  }
  return true
}

/** The proof, when it is one. */
function proven({ source, now, maxDataAgeMs }: RowsRequest, proof: Proof | undefined, rows: number): Proof {
  const fault = proofFault(proof, rows)
  if (fault !== undefined || proof === undefined) throw incomplete(source, fault?.why ?? '', fault?.hint)
  const age = now - proof.asOf.getTime()
  if (maxDataAgeMs !== undefined && age > maxDataAgeMs) {
    const allowed = sayDuration(maxDataAgeMs)
    throw incomplete(
      source,
      `its data is ${sayDuration(age)} old (${toInstant(proof.asOf.getTime())}); maxDataAge allows ${allowed}`,
    )
  }
  return proof
}

function incomplete(source: ReadableSource, why: string, hint?: string): OperatorError {
  return new OperatorError('source-incomplete', `${source.name} is incomplete: ${why}`, {
    hint: hint ?? 'Nothing was pushed. The next run reads again; when it stays so, look at what delivers this source.',
  })
}

/** @throws OperatorError for columns that the data should have */
export function refuseColumns({ name }: ReadableSource, problems: readonly MappingProblem[]): void {
  if (problems.length === 0) return
  throw new OperatorError(
    'columns',
    `${name} does not have the columns that its mapping needs: ${sayColumns(problems)}`,
    {
      hint: 'Compare the header of the source with `map`; `vanta-sync preview` shows the rows as they are.',
    },
  )
}

/** What is wrong with columns, as one sentence for each. */
export function sayColumns(problems: readonly MappingProblem[]): string {
  const sentences = problems.map(({ path, message, expected, nearest }) => {
    const tail = [expected && `expected ${expected}`, nearest && `did you mean "${nearest}"?`]
    return [`${sayPath(path)}: ${message}`, ...tail].filter(Boolean).join('; ')
  })
  return sentences.join(' · ')
}

/** `join[0].by.right`, as the configuration has it. */
function sayPath(path: MappingProblem['path']): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`)).join('')
}

/** @param thrown what the read ended with: a module that was left behind is named */
function timedOut({ source, timeoutMs }: RowsRequest, thrown: unknown): RetryLaterError {
  const isDeaf = isSyncError(thrown) && thrown.code === ABANDONED
  const deaf = isDeaf ? `; its connector "${source.connector.name}" ignored the abort and was left behind` : ''
  return new RetryLaterError(
    'source-timeout',
    `${source.name} was not read to its end within ${sayDuration(timeoutMs)}${deaf}`,
    { hint: 'Raise `timeout` of the resource when the source is healthy but slow.' },
  )
}

function failed(source: ReadableSource, thrown: unknown): Error {
  if (thrown instanceof ConfigError || (isSyncError(thrown) && thrown.exitCode === 78)) return thrown
  if (isSyncError(thrown) && thrown.code.startsWith('source-')) return thrown
  if (isSyncError(thrown) && thrown.code === 'columns') return thrown
  const hint = isSyncError(thrown) ? thrown.hint : strangerHint(thrown)
  const facts = hint === undefined ? { cause: thrown } : { hint, cause: thrown }
  const code = isSyncError(thrown) ? thrown.code : 'source-failed'
  return new OperatorError(code, `${source.name} could not be read: ${messageOf(thrown)}`, facts)
}

/** So that whoever must act knows which source it is, whatever the error is about. */
function noteSource(error: Error, { name }: ReadableSource): Error {
  if (isSyncError(error)) error.source ??= name
  return error
}

/** An error without a class of ours says to nobody what to do; its place helps whoever wrote the module. */
function strangerHint(thrown: unknown): string | undefined {
  const place = placeOfThrow(thrown)
  if (place === undefined) return undefined
  return `Nothing was pushed. It was thrown at ${place}; a connector says who must act with ConfigError, OperatorError or RetryLaterError.`
}

/** The work's end, or a rejection `GRACE` after the abort: a module that does not listen cannot hold up the run. */
async function abandonOnAbort<T>(work: Promise<T>, signal: AbortSignal, { source, clock }: RowsRequest): Promise<T> {
  const finished = new AbortController()
  const deaf = new Promise<never>((_, reject) => {
    const abandon = (): void => {
      clock.sleep(GRACE, finished.signal).then(
        () =>
          reject(
            new OperatorError(
              ABANDONED,
              `${source.name} (connector "${source.connector.name}") ignored the abort for 5 s and was left behind`,
            ),
          ),
        () => undefined,
      )
    }
    if (signal.aborted) abandon()
    else signal.addEventListener('abort', abandon, { once: true, signal: finished.signal })
  })
  try {
    return await Promise.race([work, deaf])
  } finally {
    finished.abort()
  }
}
