/** The variables that a program sees: few by itself, and those that the configuration names. */
import { ConfigError } from '../../core/errors.ts'
import type { ExecOptions } from './options.ts'

export type Environment = Readonly<Record<string, string>>

/** What programs need to find others, their files, their language and their time; none of it is secret. */
const ALWAYS = ['PATH', 'HOME', 'LANG', 'TZ']
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * `own` is our environment.
 * @throws ConfigError when a variable to pass on is not set, one is given twice, or a name or value is none
 */
export function environmentFor(options: ExecOptions, own: NodeJS.ProcessEnv): Environment {
  const given: Record<string, string> = {}
  const set = (name: string, value: string): void => {
    if (!VARIABLE.test(name)) throw badName(name)
    if (value.includes('\0')) throw zeroByte(name)
    if (Object.hasOwn(given, name)) throw givenTwice(name)
    given[name] = value
  }
  for (const name of new Set(options.passEnv)) set(name, own[name] ?? missing(name))
  for (const [name, value] of Object.entries(options.env)) set(name, value)
  for (const [name, secret] of Object.entries(options.secretEnv)) set(name, secret.reveal())
  const base = ALWAYS.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]))
  return { ...Object.fromEntries(base), ...given }
}

function missing(name: string): never {
  throw new ConfigError('exec-variable', `passEnv names the variable ${name}, which is not set`, {
    hint: 'Set it where vanta-sync is started, or take it out of `passEnv`.',
  })
}

function givenTwice(name: string): ConfigError {
  return new ConfigError('exec-variable', `the variable ${name} is given twice`, {
    hint: 'Name it in one of `passEnv`, `env` and `secretEnv`.',
  })
}

function badName(name: string): ConfigError {
  return new ConfigError('exec-variable', `${JSON.stringify(name)} is no name of a variable`, {
    hint: 'A name has letters, digits and "_", and does not begin with a digit.',
  })
}

function zeroByte(name: string): ConfigError {
  return new ConfigError(
    'exec-variable',
    `the value of the variable ${name} holds a zero byte, which no variable can`,
    {
      hint: 'Pass it in a file, and the path of the file in the variable.',
    },
  )
}
