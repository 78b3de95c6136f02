/** Why a program could not be started, or did not end well, as errors that name who must act. */
import { constants } from 'node:os'
import { ConfigError, messageOf, OperatorError, RetryLaterError } from '../../core/errors.ts'
import type { LineFault } from '../tables/ndjson.ts'

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it said last on standard error, as a clause; undefined when it said nothing. */
  readonly lastWords: string | undefined
}

/** What sysexits.h calls a failure that another attempt may not meet. */
const TEMPORARY = 75

/** What the system says when it has no room just now. */
const SHORTAGES = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY'])

export function startFailure(name: string, file: string, error: unknown): ConfigError | RetryLaterError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (SHORTAGES.has(code)) {
    return new RetryLaterError('exec-start', `${name} could not be started just now (${code})`, {
      hint: 'The machine lacks memory, processes or open files. The next run tries again.',
      cause: error,
    })
  }
  return new ConfigError('exec-start', `${file} could not be started: ${startFault(code) ?? messageOf(error)}`, {
    hint: 'Run it once by hand on this machine, as the user that vanta-sync runs as.',
    cause: error,
  })
}

function startFault(code: string): string | undefined {
  if (code === 'ENOENT') return 'the interpreter that its first line names does not exist'
  if (code === 'EACCES') return 'permission denied, for itself, its interpreter or the file system that it lies on'
  return code === 'E2BIG' ? 'its arguments and variables are too long' : undefined
}

/** Undefined when the program ended well. */
export function exitFailure(name: string, end: ProgramEnd): OperatorError | RetryLaterError | undefined {
  const { code, signal, lastWords } = end
  if (code === 0) return undefined
  const words = lastWords === undefined ? 'it said nothing on standard error' : lastWords
  if (code === null) {
    const number = signal === null ? '' : ` (${constants.signals[signal]})`
    return new OperatorError('exec-signal', `${name} was ended by ${signal ?? 'a signal'}${number}; ${words}`, {
      hint: signal === 'SIGKILL' ? 'That is often the system, when memory ran out.' : 'Look at what ended it.',
    })
  }
  const message = `${name} ended with code ${code}; ${words}`
  if (code === TEMPORARY) {
    return new RetryLaterError('exec-exit-code', message, { hint: 'Code 75 says: later. The next run tries again.' })
  }
  return new OperatorError('exec-exit-code', message, {
    hint: 'Nothing was pushed. Mend the program, or what it reads.',
  })
}

/** A line that is no row. */
export function lineFailure(place: string, { kind, says }: LineFault): OperatorError {
  return new OperatorError('exec-line', `${place} ${says}`, { hint: HINTS[kind] })
}

const HINTS: Readonly<Record<LineFault['kind'], string>> = {
  bytes: 'Let the program write UTF-8. In PowerShell: [Console]::OutputEncoding = [Text.UTF8Encoding]::new($false).',
  json: 'Standard output is for rows alone, one JSON object a line: write messages to standard error.',
  object: 'Write one JSON object a line, not one list of all.',
  long: 'End each row with a line break, or raise `maxRow`.',
  torn: 'The program ended within a line; perhaps its disk is full, or it was interrupted.',
  refused: "Correct what the program says of its rows; the connector's page shows how.",
}
