import { type ChildProcess, spawn } from 'node:child_process'
import { errorCode } from './source.ts'

export interface CommandRequest {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  /** Bytes of output; more is a failure. */
  readonly maxBytes: number
  readonly signal: AbortSignal | undefined
}

export type CommandResult = { readonly output: Buffer } | { readonly failure: string }

/**
 * Runs a program without a shell and without input, and gives what it wrote to its standard output. Its error output
 * is not kept: a program that fails may well print what it was asked for.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  request.signal?.throwIfAborted()
  const [program, ...args] = request.command
  const child = spawn(program, args, {
    cwd: request.cwd,
    env: { ...request.env },
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: false,
  })
  const aborted = (): void => stop(child)
  request.signal?.addEventListener('abort', aborted, { once: true })
  try {
    const result = await outcome(child, request)
    request.signal?.throwIfAborted()
    return result
  } finally {
    request.signal?.removeEventListener('abort', aborted)
  }
}

async function outcome(child: ChildProcess, { timeoutMs, maxBytes }: CommandRequest): Promise<CommandResult> {
  const chunks: Buffer[] = []
  let bytes = 0
  let stopped: string | undefined
  return new Promise((resolve) => {
    const stopFor = (reason: string): void => {
      stopped ??= reason
      stop(child)
    }
    const timer = setTimeout(stopFor, timeoutMs, `did not end within ${timeoutMs / 1000} s`)
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) stopFor(`wrote more than ${maxBytes} bytes`)
      else chunks.push(chunk)
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ failure: startFailure(errorCode(error)) })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (stopped !== undefined) resolve({ failure: stopped })
      else if (code !== 0) resolve({ failure: code === null ? `was ended by ${signal}` : `ended with status ${code}` })
      else resolve({ output: Buffer.concat(chunks) })
    })
  })
}

/** A grandchild may hold the pipe open long after its parent is gone, so the pipe is let go, too. */
function stop(child: ChildProcess): void {
  child.kill('SIGKILL')
  child.stdout?.destroy()
}

function startFailure(code: string): string {
  if (code === 'ENOENT') return 'was not found'
  if (code === 'EACCES') return 'may not be executed by this user'
  return `could not be started (${code})`
}
