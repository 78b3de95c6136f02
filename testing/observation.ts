/** One whole read, with notes on everything that the contract says of it. */
import type { Proof, Row } from '../core/connector.ts'
import { createCellSample, type CellSample } from './cell-sample.ts'
import { createDigest } from './digest.ts'
import { plainFault } from './plain-fault.ts'
import { readWhole, type Watch } from './reading.ts'
import { type LoggedLine, recordingLog } from './recording-log.ts'
import type { Subject } from './subject.ts'

export interface Observation {
  readonly rows: number
  readonly proof: Proof | undefined
  /** The first row that lacks its place or holds what is not plain, as a sentence. */
  readonly rowFault: string | undefined
  readonly columnFault: string | undefined
  readonly progressFault: string | undefined
  readonly logs: readonly LoggedLine[]
  /** What the connector itself says of rows that it found wrong; the first of them. */
  readonly rowProblems: readonly string[]
  readonly cells: CellSample
  /** The same for the same rows, in whatever order. */
  readonly digest: string
}

/**
 * @param begun awaited once, when the first rows are there
 * @throws what the read throws
 */
export async function observe(
  subject: Subject,
  signal: AbortSignal,
  begun?: () => Promise<void>,
): Promise<Observation> {
  const logs: LoggedLine[] = []
  const rowProblems: string[] = []
  const cells = createCellSample()
  const digest = createDigest()
  const rows = watchRows()
  const columns = watchColumns()
  const progress = watchProgress()
  const watch: Watch = {
    log: recordingLog(logs),
    columns: columns.announced,
    progress: progress.told,
    async batch(batch, before) {
      for (const row of batch) {
        rows.row(row)
        columns.row(row, before)
        digest.add(row.fields)
        cells.add(row.fields)
        if (rowProblems.length < MOST_PROBLEMS) rowProblems.push(...problemsOf(row))
      }
      if (before === 0) await begun?.()
    },
  }
  const whole = await readWhole(subject, { signal, watch })
  return {
    ...whole,
    rowFault: rows.fault(),
    columnFault: columns.fault(),
    progressFault: progress.fault(),
    logs,
    rowProblems,
    cells,
    digest: digest.value(),
  }
}

const MOST_PROBLEMS = 1000

function problemsOf({ problems }: Row): readonly string[] {
  return Array.isArray(problems) ? problems.map(({ message }) => String(message)) : []
}

interface Fault {
  fault(): string | undefined
}

function watchRows(): Fault & { row(row: Row): void } {
  let fault: string | undefined
  let number = 0
  return {
    row(row) {
      number++
      fault ??= rowFault(row, number)
    },
    fault: () => fault,
  }
}

function rowFault({ at, fields, problems }: Row, number: number): string | undefined {
  const where = `row ${number}`
  if (typeof at !== 'string' || at.trim() === '')
    return `${where} does not say where it came from: \`at\` must be text that a person can look up, as in people.csv:14`
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return `${where} has no fields: \`fields\` must be an object, one key a column`
  const found = plainFault(fields)
  if (found === undefined) return problemFault(where, problems)
  return `${where} holds ${found.what} in "${found.path}"; a field is plain: text, a number, true or false, null, a list or an object of these, and a date is text`
}

function problemFault(where: string, problems: unknown): string | undefined {
  if (problems === undefined || (Array.isArray(problems) && problems.every(isProblem))) return undefined
  return `${where} has \`problems\` that are not a list of { field, message }, both text`
}

function isProblem(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('field' in value) || !('message' in value)) return false
  return typeof value.field === 'string' && typeof value.message === 'string' && value.message.trim() !== ''
}

function watchColumns(): Fault & { announced(names: readonly string[]): void; row(row: Row, before: number): void } {
  let names: ReadonlySet<string> | undefined
  let fault: string | undefined
  let rows = 0
  return {
    announced(given) {
      if (names !== undefined) fault ??= '`ctx.columns` was called twice; it may be called once, before the first row'
      if (rows > 0) fault ??= `\`ctx.columns\` was called after ${rows} rows; it belongs before the first`
      names = new Set(given)
    },
    row(row) {
      rows++
      if (names === undefined || fault !== undefined) return
      const unknown = Object.keys(row.fields).find((name) => names?.has(name) === false)
      if (unknown !== undefined)
        fault = `row ${rows} has the field "${unknown}", which \`ctx.columns\` did not announce; announce all columns, or none`
    },
    fault: () => fault,
  }
}

function watchProgress(): Fault & { told(done: number, total: number | undefined): void } {
  let last = 0
  let fault: string | undefined
  return {
    told(done) {
      if (!Number.isFinite(done) || done < 0) fault ??= '`ctx.progress` was given something that is no count'
      if (done < last) fault ??= `\`ctx.progress\` went back, from ${last} to ${done}`
      last = done
    },
    fault: () => fault,
  }
}
