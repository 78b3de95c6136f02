import { basename } from 'node:path'
import { ConfigError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import { type Environment, environmentFor } from './environment.ts'
import { findProgram } from './find-program.ts'
import type { ExecOptions } from './options.ts'

/** A program that is there and may be executed, with all that it will be started with. */
export interface Command {
  /** For places and messages: the program's own name. */
  readonly name: string
  /** Absolute. */
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Environment
  readonly secrets: readonly Secret[]
}

/** @throws ConfigError when the program, its folder or a variable is not to be had */
export async function prepareCommand(options: ExecOptions): Promise<Command> {
  if (process.platform === 'win32') throw onWindows()
  const [written = '', ...args] = options.command
  if (written === '' || options.command.some((part) => part.includes('\0'))) throw noCommand()
  const env = environmentFor(options, process.env)
  const { cwd } = options
  const file = await findProgram(written, { cwd, path: env['PATH'] })
  return { name: basename(written), file, args, cwd, env, secrets: Object.values(options.secretEnv) }
}

function onWindows(): ConfigError {
  return new ConfigError('exec-platform', 'the connector exec does not run on Windows, which has no process groups', {
    hint: 'A program could not be ended together with what it started. Run vanta-sync in a Linux container there.',
  })
}

function noCommand(): ConfigError {
  return new ConfigError('exec-command', 'command names no program, or holds a zero byte', {
    hint: 'It is a list: the program first, then each argument, as in [python3, ./assets.py, --all].',
  })
}
