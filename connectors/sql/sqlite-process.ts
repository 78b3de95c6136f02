/** The process that reads a file of SQLite, one question at a time. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { orAborted } from './abort.ts'

/** What SQLite said; `code` is its primary result code, 0 when there is none. */
export class SqliteError extends Error {
  readonly code: number

  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}

export interface SqliteStatement {
  readonly text: string
  readonly parameters: readonly string[]
}

export interface SqliteProcess {
  /** Opens the file and begins to read. A locked one is waited for. */
  open(path: string, waitMs: number): Promise<{ readonly version: string }>
  /** Without columns it is not begun. */
  start(statement: SqliteStatement): Promise<{ readonly columns: readonly string[] }>
  next(count: number): Promise<{ readonly batch: unknown[][]; readonly done: boolean }>
  close(): Promise<void>
  /** Ends it, whatever it does. */
  kill(): void
}

interface Answer {
  readonly value?: unknown
  readonly error?: { readonly message: string; readonly code: number }
}

export function startSqliteProcess(signal: AbortSignal): SqliteProcess {
  const script = fileURLToPath(new URL('sqlite-child.mjs', import.meta.url))
  // Nothing of our environment concerns it, least of all the secrets in it.
  const child = fork(script, {
    execArgv: [],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let settle: { resolve(value: unknown): void; reject(error: unknown): void } | undefined
  const fail = (error: unknown): void => settle?.reject(error)
  child.on('message', ({ value, error }: Answer) => {
    if (error === undefined) settle?.resolve(value)
    else fail(new SqliteError(error.message, error.code))
  })
  child.on('error', fail)
  child.on('exit', () => fail(new SqliteError('the process that reads it ended', 0)))

  function ask<T>(method: string, argument?: unknown): Promise<T> {
    const answer = new Promise<unknown>((resolve, reject) => {
      settle = { resolve, reject }
      child.send({ method, argument }, (error) => {
        if (error !== null) reject(error)
      })
    })
    return orAborted(answer as Promise<T>, signal)
  }
  return {
    open: (path, waitMs) => ask('open', { path, waitMs }),
    start: ({ text, parameters }) => ask('start', { text, parameters }),
    next: (count) => ask('next', { count }),
    close: () => ask('close'),
    kill: () => void child.kill('SIGKILL'),
  }
}
