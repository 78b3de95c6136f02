import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, resolve } from 'node:path'
import { ConfigError, messageOf } from '../../core/errors.ts'

/** Where programs are when no PATH says it, as `execvp` has it. */
const USUAL_PATH = '/usr/local/bin:/bin:/usr/bin'

export interface Where {
  /** Absolute. */
  readonly cwd: string
  /** `PATH` as the program will see it. */
  readonly path: string | undefined
}

/**
 * The absolute path of a program: with a slash from `cwd`, else the first that may be executed on `path`.
 * @throws ConfigError when there is none; it says where it was looked for
 */
export async function findProgram(program: string, where: Where): Promise<string> {
  await proveFolder(where.cwd)
  const candidates = candidatesFor(program, where)
  let forbidden: string | undefined
  for (const file of candidates) {
    const found = await look(file)
    if (found === 'program') return file
    if (found === 'forbidden') forbidden ??= file
  }
  if (forbidden !== undefined) throw notExecutable(forbidden)
  throw notFound(program, where)
}

function candidatesFor(program: string, { cwd, path }: Where): readonly string[] {
  if (program.includes('/')) return [resolve(cwd, program)]
  // An empty entry of PATH is the working folder.
  return (path ?? USUAL_PATH).split(delimiter).map((folder) => resolve(cwd, folder, program))
}

async function look(file: string): Promise<'program' | 'forbidden' | 'nothing'> {
  try {
    if (!(await stat(file)).isFile()) return 'nothing'
  } catch {
    return 'nothing'
  }
  return access(file, constants.X_OK).then(
    () => 'program',
    () => 'forbidden',
  )
}

async function proveFolder(cwd: string): Promise<void> {
  const stats = await stat(cwd).catch((error: unknown) => {
    throw new ConfigError('exec-cwd', `cwd ${cwd} cannot be used: ${messageOf(error)}`, {
      hint: 'Correct `cwd`; it is relative to the configuration file.',
      cause: error,
    })
  })
  if (stats.isDirectory()) return
  throw new ConfigError('exec-cwd', `cwd ${cwd} is no folder`, { hint: 'Name the folder that the program runs in.' })
}

function notFound(program: string, { cwd, path }: Where): ConfigError {
  if (program.includes('/')) {
    return new ConfigError('exec-not-found', `the program ${resolve(cwd, program)} does not exist`, {
      hint: 'A program with a slash is looked up from `cwd`, which is the folder of the configuration unless it is set.',
    })
  }
  const searched = path === undefined ? `${USUAL_PATH} (PATH is not set)` : path
  return new ConfigError('exec-not-found', `the program ${program} is not on PATH: ${searched}`, {
    hint: 'Install it, give its path, or set PATH in `env`. A script beside the configuration is written ./name.',
  })
}

function notExecutable(file: string): ConfigError {
  const user = process.getuid === undefined ? 'this user' : `user id ${process.getuid()}`
  return new ConfigError('exec-not-executable', `${file} may not be executed by ${user}`, {
    hint: `Mark it as executable (chmod +x), or put its interpreter first: command: [python3, ./script.py].`,
  })
}
