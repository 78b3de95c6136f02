import { nearestName } from '../core/text/nearest.ts'
import type { Written, WrittenMap } from './written.ts'

/** A value that is found elsewhere, as it was written. */
export type Reference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'exec'; readonly command: readonly [string, ...string[]] }

export interface BadReference {
  readonly message: string
  readonly expected: string
  readonly nearest?: string
}

const KINDS = ['env', 'file', 'exec']

export const REFERENCE_FORMS = '{ env: NAME }, { file: path } or { exec: [cmd, …] }'

/** Does the object say `env`, `file` or `exec`, rightly or not? Only such a one may be judged as a reference. */
export function looksLikeReference(map: WrittenMap): boolean {
  return map.entries.some(({ key }) => KINDS.includes(key))
}

/** A reference is exactly one of its three keys and a value that fits. */
export function referenceOf(map: WrittenMap): Reference | BadReference {
  const [entry] = map.entries
  if (map.entries.length !== 1 || entry === undefined) {
    return { message: 'a reference has exactly one key', expected: REFERENCE_FORMS }
  }
  if (entry.key === 'env') return envReference(entry.value)
  if (entry.key === 'file') return fileReference(entry.value)
  if (entry.key === 'exec') return execReference(entry.value)
  const nearest = nearestName(entry.key, KINDS)
  return {
    message: 'is an object, but no reference',
    expected: REFERENCE_FORMS,
    ...(nearest === undefined ? {} : { nearest }),
  }
}

function envReference(value: Written): Reference | BadReference {
  const name = scalarText(value)
  if (name !== undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return { kind: 'env', name }
  return { message: 'env names no environment variable', expected: 'a name of letters, digits and "_"' }
}

function fileReference(value: Written): Reference | BadReference {
  const path = scalarText(value)
  if (path !== undefined && path !== '' && !path.includes('\0')) return { kind: 'file', path }
  return { message: 'file names no file', expected: 'a path' }
}

function execReference(value: Written): Reference | BadReference {
  const words = value.kind === 'list' ? value.items.map(scalarText) : []
  const command = words.filter((word) => word !== undefined && !word.includes('\0')) as string[]
  const [program, ...rest] = command
  if (program !== undefined && program !== '' && command.length === words.length)
    return { kind: 'exec', command: [program, ...rest] }
  return { message: 'exec is no command', expected: 'a list: the program, then its arguments' }
}

function scalarText(value: Written): string | undefined {
  return value.kind === 'scalar' && value.value !== null ? value.text : undefined
}

/** How messages name it. Of a command only the program: an argument may be what nobody should see. */
export function describeReference(reference: Reference): string {
  if (reference.kind === 'env') return `{ env: ${reference.name} }`
  if (reference.kind === 'file') return `{ file: ${reference.path} }`
  return reference.command.length === 1
    ? `{ exec: [${reference.command[0]}] }`
    : `{ exec: [${reference.command[0]}, …] }`
}
