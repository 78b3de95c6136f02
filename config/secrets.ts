import { ConfigError } from '../core/errors.ts'
import type { SecretRegistry } from '../core/resource.ts'
import { Secret, type SecretRef } from '../core/secret.ts'
import { type Path, sayPath } from './path.ts'
import { describeReference, type Reference } from './reference.ts'
import {
  findProgram,
  isWorldReadable,
  resolveReference,
  type Surroundings,
  type Unresolved,
} from './resolve-reference.ts'

export interface SecretUse {
  readonly reference: Reference
  readonly path: Path
  readonly around: Surroundings
  readonly registry: SecretRegistry
}

/** A secret that is looked up again at every use; the registry hears of each value it had. */
export function createSecretRef({ reference, path, around, registry }: SecretUse): SecretRef {
  return {
    describe: describeReference(reference),
    async resolve(signal) {
      const resolved = await resolveReference(reference, { ...around, signal })
      if ('unresolved' in resolved) {
        const { code, message, expected } = resolved.unresolved
        throw new ConfigError(code, `${sayPath(path)}: ${message}`, { hint: `Expected ${expected}.` })
      }
      const secret = new Secret(resolved.value)
      registry.add(secret)
      return secret
    },
  }
}

/** Is the secret there? Variables and files are looked up; of a command only whether there is a program to run. */
export async function missingSecret({ reference, around, registry }: SecretUse): Promise<Unresolved | undefined> {
  if (reference.kind === 'exec') return missingProgram(reference.command[0], around)
  const resolved = await resolveReference(reference, around)
  if ('unresolved' in resolved) return resolved.unresolved
  registry.add(new Secret(resolved.value))
  return undefined
}

async function missingProgram(program: string, around: Surroundings): Promise<Unresolved | undefined> {
  if (await findProgram(program, around)) return undefined
  return {
    code: 'exec-failed',
    message: `the command ${program} was not found, or may not be executed`,
    expected: 'a program on PATH, or a path to one',
  }
}

/** A sentence when the file that holds a secret is open to everybody on the machine. */
export async function openSecretWarning({ reference, around }: SecretUse): Promise<string | undefined> {
  if (reference.kind !== 'file' || !(await isWorldReadable(reference.path, around.folder))) return undefined
  return `everybody on this machine may read ${reference.path}; chmod 600 keeps the secret to its owner`
}
