import type { Proof, ReadContext, Rows } from '../../core/connector.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { parseSize } from '../../core/text/size.ts'
import { createScrubber } from '../../core/secret-forms.ts'
import type { LineFault } from '../tables/ndjson.ts'
import { createStatedRows, doubtEnding, type RowPiece, type StatedRows } from '../tables/stated-rows.ts'
import { type Command, prepareCommand } from './command.ts'
import { exitFailure, lineFailure, type ProgramEnd } from './failure.ts'
import type { ExecOptions } from './options.ts'
import { runProgram } from './run-program.ts'
import type { Limits } from './watch.ts'

const LONGEST_EVIDENCE = 300

/** Runs the program. It is complete when it ends with code 0, and its last line says so with the right count. */
export async function* readExec(context: ReadContext<ExecOptions>): Rows {
  const { options, log, signal, clock } = context
  const command = await prepareCommand(options)
  const startedAt = clock.now()
  const rows = createStatedRows({
    place: (line) => placeOf(command, line),
    announce: (names) => context.columns(names),
    longest: parseSize(options.maxRow),
  })
  const program = runProgram(command, { limits: limitsOf(options), log, signal })
  const end = yield* readLines(program, rows, command)
  if ('follows' in end) return { complete: false, rows: rows.count(), asOf: new Date(startedAt), evidence: end.follows }
  return prove(rows, command, { startedAt, now: clock.now() })
}

/** As text, what follows the end line. */
type LinesEnd = ProgramEnd | { readonly follows: string }

async function* readLines(
  program: AsyncGenerator<Buffer, ProgramEnd, void>,
  rows: StatedRows,
  command: Command,
): AsyncGenerator<RowPiece['rows'], LinesEnd, void> {
  try {
    let step = await program.next()
    for (; step.done !== true; step = await program.next()) {
      const piece = rows.write(step.value)
      if (piece.rows.length > 0) yield piece.rows
      if (piece.fault !== undefined) return judgeFault(piece.fault, rows, command)
    }
    // A program that failed may well have stopped within a line: the failure is what there is to tell.
    const failure = exitFailure(command.name, step.value)
    if (failure !== undefined) throw failure
    const last = rows.end()
    if (last.rows.length > 0) yield last.rows
    return last.fault === undefined ? step.value : judgeFault(last.fault, rows, command)
  } finally {
    await program.return({ code: null, signal: null, lastWords: undefined })
  }
}

/** @throws OperatorError unless the end line came too early */
function judgeFault(fault: LineFault, rows: StatedRows, command: Command): { follows: string } {
  const place = placeOf(command, fault.line)
  if (rows.ending() === undefined) throw lineFailure(place, fault)
  return { follows: `${place} follows the end line, which must be the last` }
}

function prove(
  rows: StatedRows,
  { name, secrets }: Command,
  { startedAt, now }: { startedAt: number; now: number },
): Proof {
  const ending = rows.ending()
  const count = rows.count()
  const asOf = ending?.asOf ?? new Date(startedAt)
  if (ending === undefined) {
    const evidence = `${name} ended with code 0 after ${sayRows(count)}, but without the end line that says that they are all: {"vanta-sync":{"complete":true,"rows":…}}`
    return { complete: false, rows: count, asOf, evidence }
  }
  // What the program says is shown in the history.
  const scrub = createScrubber(secrets)
  const doubt = doubtEnding(ending, count, now)
  const own = ending.evidence === undefined ? '' : `: ${ending.evidence}`
  const evidence = doubt === undefined ? `${name} ended with code 0, its end line agrees${own}` : `${name}: ${doubt}`
  return { complete: doubt === undefined, rows: count, asOf, evidence: shorten(scrub(evidence)) }
}

function sayRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`
}

function placeOf({ name }: Command, line: number): string {
  return `${name} line ${line}`
}

function shorten(text: string): string {
  return text.length <= LONGEST_EVIDENCE ? text : `${text.slice(0, LONGEST_EVIDENCE)}…`
}

function limitsOf({ timeout, idleTimeout, maxOutput }: ExecOptions): Limits {
  return {
    timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
    idleMs: idleTimeout === undefined ? undefined : parseDuration(idleTimeout),
    maxBytes: parseSize(maxOutput),
  }
}
