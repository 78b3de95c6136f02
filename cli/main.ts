#!/usr/bin/env node
/** The process edge: streams, signals, the exit code. */
import { ConfigProblems } from './workplace.ts'
import { type Io, scrubbed } from './io.ts'
import { runProgram } from './program.ts'
import { EXIT, isSyncError, messageOf, SyncError } from '../core/errors.ts'
import { createSecretRegistry } from '../core/secret-registry.ts'

const aborting = new AbortController()

function onSignal(name: 'SIGINT' | 'SIGTERM', exitCode: number): void {
  process.once(name, () => {
    aborting.abort(new SyncError(exitCode, 'interrupted', `Stopped by ${name}`))
    // A second one means now.
    process.once(name, () => process.exit(exitCode))
  })
}

const json = process.argv.includes('--json')

const io: Io = scrubbed({
  env: process.env,
  secrets: createSecretRegistry(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stderr.isTTY && !json,
  colour: process.stdout.isTTY && !process.argv.includes('--no-color') && !process.env['NO_COLOR'],
  signal: aborting.signal,
  onHangup(listener) {
    process.on('SIGHUP', listener)
    return () => void process.off('SIGHUP', listener)
  },
})

/** Global options before the command whose value is not the command. */
const WITH_VALUE = new Set(['-c', '--config', '--log-level'])

function commandOf(args: readonly string[]): string {
  return args.find((argument, index) => !argument.startsWith('-') && !WITH_VALUE.has(args[index - 1] ?? '')) ?? ''
}

function report(error: unknown): number {
  const exitCode = isSyncError(error) ? error.exitCode : EXIT.bug
  const { code, hint } = isSyncError(error)
    ? error
    : { code: 'bug', hint: 'This is a bug of vanta-sync; please report it with the stack above.' }
  const message = messageOf(error)
  if (json) {
    const problems =
      error instanceof ConfigProblems
        ? { problems: error.problems }
        : { error: { code, message, ...(hint === undefined ? {} : { hint }) } }
    const command = commandOf(process.argv.slice(2))
    io.out(`${JSON.stringify({ command, exitCode, ...problems }, null, 2)}\n`)
  }
  if (!isSyncError(error) && error instanceof Error) io.err(`${error.stack ?? ''}\n`)
  io.err(`${[message, hint].filter(Boolean).join('\n')}\n`)
  // Off a terminal the last line is for programs, whatever happened.
  if (!io.terminal && !process.argv.includes('--quiet'))
    io.err(`${JSON.stringify({ level: 50, code, outcome: 'failed', exitCode })}\n`)
  return exitCode
}

async function main(): Promise<number> {
  onSignal('SIGINT', EXIT.interrupted)
  onSignal('SIGTERM', EXIT.terminated)
  try {
    return await runProgram(process.argv.slice(2), io)
  } catch (error) {
    return report(error)
  }
}

process.exitCode = await main()
