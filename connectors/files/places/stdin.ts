/** Standard input: what somebody pipes in, or redirects from a file. It can be read once. */
import type { ReadStream } from 'node:tty'
import type { Clock } from '../../../core/clock.ts'
import { OperatorError } from '../../../core/errors.ts'
import { fileFailure } from '../failure.ts'
import type { Fingerprint, OpenFile, Place } from './place.ts'

const NAME = 'standard input'

/** The part of `process.stdin` that counts here. */
export type Input = Pick<ReadStream, 'isTTY' | 'readableDidRead' | 'destroyed' | 'destroy'> & AsyncIterable<unknown>

export function openStdin(input: Input, clock: Clock): Place {
  const print: Fingerprint = { size: undefined, modifiedNs: undefined, identity: '', toldMs: clock.now() }
  return {
    settleMs: 0,
    sameClock: true,
    find: (path) => Promise.resolve({ root: '', paths: [path] }),
    fingerprint: () => Promise.resolve(print),
    open: (_, signal) => openInput(input, print, signal),
    beside: (_, name) => name,
    nameOf: () => NAME,
    say: () => NAME,
    once: true,
    close: () => Promise.resolve(),
  }
}

async function openInput(input: Input, print: Fingerprint, signal: AbortSignal): Promise<OpenFile> {
  signal.throwIfAborted()
  if (input.isTTY) throw isTerminal()
  if (input.readableDidRead || input.destroyed) throw wasRead()
  return {
    opened: print,
    pieces: (abort) => readInput(input, abort),
    now: () => Promise.resolve(undefined),
    marksEnd: false,
    async close() {
      input.destroy()
    },
  }
}

async function* readInput(input: Input, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
  const stop = (): void => void input.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  let isEmpty = true
  try {
    for await (const piece of input) {
      signal.throwIfAborted()
      isEmpty = false
      yield piece as Buffer
    }
  } catch (error) {
    signal.throwIfAborted()
    throw fileFailure(NAME, error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  signal.throwIfAborted()
  if (isEmpty) throw nothingCame()
}

function isTerminal(): OperatorError {
  return new OperatorError('stdin-terminal', 'standard input is a terminal: nothing is piped in', {
    hint: 'Pipe the export in, as in `export-people | vanta-sync run`, or name a file in `path`.',
  })
}

function wasRead(): OperatorError {
  return new OperatorError('stdin-read', 'standard input was read already, and can be read only once', {
    hint: 'Only one source of one resource may have `path: -`, and only in a run of its own.',
  })
}

/** No writer means to say so that there is nobody; one that failed at its start does. */
function nothingCame(): OperatorError {
  return new OperatorError('stdin-empty', 'standard input ended without a single byte', {
    hint: 'The program that should write to it has failed, or nothing is piped in.',
  })
}
