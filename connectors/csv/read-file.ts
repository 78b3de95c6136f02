import { createHash } from 'node:crypto'
import type { Row, SourceFile } from '../../core/connector.ts'
import type { Log } from '../../core/log.ts'
import type { FoundFile } from '../files/find.ts'
import { type OpenFile, openFile, PIECE } from '../files/read-bytes.ts'
import { readText } from '../files/read-text.ts'
import { describeChange, type Fingerprint, fingerprint, fingerprintOf, modifiedAt } from '../files/stable.ts'
import type { CsvOptions } from './options.ts'
import type { CsvRecord } from './records.ts'
import { readRecords, type RecordsEnd } from './read-records.ts'
import { createTable, type TableEnd } from './table.ts'

export interface FileInput {
  readonly file: FoundFile
  /** What the file was when it had settled; undefined to take it as it is. */
  readonly settled?: Fingerprint
  readonly options: CsvOptions
  readonly log: Log
  readonly signal: AbortSignal
  announce(names: readonly string[]): void
  onBytes?(bytes: number): void
}

export interface FileEnd {
  readonly rows: number
  readonly source: SourceFile
  readonly columns: readonly string[]
  /** Whether it ends with a line break: without one its last cell may be cut, and nobody can tell. */
  readonly closed: boolean
  /** What speaks against completeness; empty when nothing does. */
  readonly faults: readonly string[]
  /** What speaks for it. */
  readonly evidence: readonly string[]
}

/**
 * One file's rows in batches.
 * @throws OperatorError when it cannot be read as a table at all
 */
export async function* readCsvFile(input: FileInput): AsyncGenerator<readonly Row[], FileEnd, void> {
  const { file, options } = input
  const open = await openFile(file.path)
  try {
    const hash = createHash('sha256')
    const text = readText(open.handle, { ...input, encoding: options.encoding, hash })
    const whole = open.opened.size <= PIECE
    const table = yield* toRows(readRecords(text, { name: file.name, options, whole, log: input.log }), input)
    const changed = await changeSince(input.settled ?? open.opened, open, file)
    const { size } = open.opened
    const sha256 = table.broken ? {} : { sha256: hash.digest('hex') }
    const source = { name: file.name, size, modifiedAt: modifiedAt(open.opened), ...sha256 }
    return { ...table, source, faults: [...changed, ...table.faults] }
  } finally {
    await open.handle.close()
  }
}

interface Body extends TableEnd {
  readonly columns: readonly string[]
  readonly closed: boolean
  /** Not read to its end. */
  readonly broken: boolean
}

type Records = AsyncGenerator<readonly CsvRecord[], RecordsEnd, void>

async function* toRows(records: Records, input: FileInput): AsyncGenerator<readonly Row[], Body, void> {
  const table = createTable({
    name: input.file.name,
    trailer: input.options.trailer,
    announce: (names) => input.announce(names),
  })
  let step = await records.next()
  for (; step.done !== true; step = await records.next()) {
    const rows = table.take(step.value)
    if (rows.length > 0) yield rows
  }
  const { ending, fault } = step.value
  const end = table.end(ending)
  // An empty file says that there is nobody: the guard judges that, as it judges a header alone.
  const empty = end.columns === undefined && fault === undefined
  const evidence = empty ? [`${input.file.name} is empty: it has not even a header`, ...end.evidence] : end.evidence
  const faults = fault === undefined ? end.faults : [fault, ...end.faults]
  return {
    ...end,
    columns: end.columns ?? [],
    evidence,
    faults,
    closed: ending === 'closed',
    broken: ending === 'broken',
  }
}

/** By the open file and by its name: a writer appends to the one, or puts another file under the other. */
async function changeSince(
  before: Fingerprint,
  { handle, opened }: OpenFile,
  file: FoundFile,
): Promise<readonly string[]> {
  const now = fingerprintOf(await handle.stat({ bigint: true }))
  for (const seen of [opened, now, await fingerprint(file.path)]) {
    const change = describeChange(before, seen)
    if (change !== undefined) return [`${file.name} changed while it was read: ${change}`]
  }
  return []
}
