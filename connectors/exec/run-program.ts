import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { OperatorError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { createScrubber } from '../../core/secret-forms.ts'
import type { Command } from './command.ts'
import { type ProgramEnd, startFailure } from './failure.ts'
import { listen, type Messages } from './messages.ts'
import { endGroup, killGroup } from './process-group.ts'
import { createWatch, type Limits, type Watch } from './watch.ts'

export interface RunOptions {
  readonly limits: Limits
  readonly log: Log
  readonly signal: AbortSignal
}

type Child = ChildProcessByStdio<null, Readable, Readable>
type Exit = Pick<ProgramEnd, 'code' | 'signal'>

/** What is still on its way from standard error when the program has ended. */
const LAST_WORDS_MS = 200

/**
 * Runs the program and gives its standard output piece by piece, no faster than it is taken. However this ends, by
 * itself, by an error, by the signal or by `return()`, the program and what it started are gone afterwards.
 * @throws ConfigError when it cannot be started; OperatorError, RetryLaterError when it passes a limit
 */
export async function* runProgram(command: Command, options: RunOptions): AsyncGenerator<Buffer, ProgramEnd, void> {
  options.signal.throwIfAborted()
  const child = await start(command)
  const program = attend(child, command, options)
  try {
    yield* program.output()
    const exit = await program.exit()
    await closed(child.stderr, LAST_WORDS_MS)
    return { ...exit, lastWords: program.lastWords() }
  } finally {
    await program.close()
  }
}

interface Attended {
  output(): AsyncGenerator<Buffer, void, void>
  exit(): Promise<Exit>
  lastWords(): string | undefined
  /** Ends what is left of it. */
  close(): Promise<void>
}

function attend(child: Child, command: Command, { limits, log, signal }: RunOptions): Attended {
  const { name } = command
  const group = child.pid ?? 0
  let reason: Error | undefined
  let ending: Promise<boolean> | undefined

  function stop(why: Error): void {
    reason ??= why
    child.stdout.destroy()
    ending ??= endGroup(group)
  }
  const watch = createWatch(name, limits, stop)
  const messages = listen(child.stderr, { name, log, scrub: createScrubber(command.secrets), onLife: watch.alive })
  const exit = exitOf(child, watch)
  const onAbort = (): void => stop(signal.reason as Error)
  const onOurEnd = (): void => killGroup(group)
  signal.addEventListener('abort', onAbort, { once: true })
  process.once('exit', onOurEnd)
  if (signal.aborted) onAbort()

  return {
    output: () => readOutput(child, { watch, why: () => reason, count: createCounter(name, limits.maxBytes) }),
    async exit() {
      watch.waiting()
      const how = await exit
      if (reason !== undefined) throw reason
      return how
    },
    lastWords: () => lastWordsOf(messages),
    async close() {
      watch.close()
      signal.removeEventListener('abort', onAbort)
      child.stdout.destroy()
      const isGone = await (ending ?? endGroup(group))
      if (!isGone) log.warn(`${name} left processes behind that could not be ended`, { group })
      process.off('exit', onOurEnd)
      child.stderr.destroy()
      messages.close()
    },
  }
}

function lastWordsOf(messages: Messages): string | undefined {
  messages.close()
  return messages.lastWords()
}

/** Its own group of processes, so that what it starts can be ended with it. */
async function start({ name, file, args, cwd, env }: Command): Promise<Child> {
  try {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    await once(child, 'spawn')
    child.on('error', () => undefined)
    return child
  } catch (error) {
    throw startFailure(name, file, error)
  }
}

function exitOf(child: Child, watch: Watch): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      watch.ended()
      resolve({ code, signal })
    })
  })
}

/** Resolves when the stream has, or after a while: what the program started may hold it open. */
function closed(stream: Readable, limitMs: number): Promise<void> {
  if (stream.closed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs)
    stream.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

interface OutputOptions {
  readonly watch: Watch
  /** Why it was ended by us; undefined when it was not. */
  why(): Error | undefined
  count(bytes: number): void
}

async function* readOutput(
  { stdout }: Child,
  { watch, why, count }: OutputOptions,
): AsyncGenerator<Buffer, void, void> {
  const pieces = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined, undefined>
  for (;;) {
    watch.waiting()
    const piece = await pieces.next().catch((error: unknown) => {
      throw why() ?? error
    })
    watch.busy()
    const reason = why()
    if (reason !== undefined) throw reason
    if (piece.done === true) return
    count(piece.value.length)
    yield piece.value
  }
}

function createCounter(name: string, maxBytes: number): (bytes: number) => void {
  let total = 0
  return (bytes) => {
    total += bytes
    if (total > maxBytes) throw tooMuch(name, maxBytes)
  }
}

function tooMuch(name: string, maxBytes: number): OperatorError {
  return new OperatorError('exec-output-limit', `${name} wrote more than ${maxBytes / 2 ** 20} MiB, and was ended`, {
    hint: 'Raise `maxOutput` when so much is right.',
  })
}
