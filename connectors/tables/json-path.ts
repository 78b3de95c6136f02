/** Where in a document the rows are: `data.items`, `/data/items`, `runs[].results`. */
import { ConfigError } from '../../core/errors.ts'

export type PathStep =
  /** The value of a key. When `optional`, the object may lack it, or have null there. */
  | { readonly kind: 'key'; readonly key: string; readonly optional: boolean }
  /** Each element of a list. */
  | { readonly kind: 'each' }

const KEY = String.raw`[^.\[\]?/]+\??(?:\[\])*`

/** A JSON pointer; or keys with dots between them, `[]` behind a key for each element of its list, `?` for one that may lack. */
export const PATH_PATTERN = String.raw`^(?:/.+|(?:(?:\[\])+\.)?${KEY}(?:\.${KEY})*)$`

/**
 * The steps from the top to the list of rows; none for undefined, when the document itself is the list. A `[]` at the
 * end says no more than that the rows are the elements of that list.
 * @throws ConfigError `json-rows` when the text is no path
 */
export function parsePath(text: string | undefined): readonly PathStep[] {
  if (text === undefined) return []
  if (!new RegExp(PATH_PATTERN).test(text)) throw noPath()
  if (text.startsWith('/')) return parsePointer(text)
  const steps = text.split('.').flatMap(parsePart)
  return steps.at(-1)?.kind === 'each' ? steps.slice(0, -1) : steps
}

function parsePart(part: string): PathStep[] {
  const [name = ''] = part.split('[]')
  const optional = name.endsWith('?')
  const key = optional ? name.slice(0, -1) : name
  const lists = (part.length - name.length) / 2
  const each = Array.from({ length: lists }, (): PathStep => ({ kind: 'each' }))
  return key === '' ? each : [{ kind: 'key', key, optional }, ...each]
}

function parsePointer(text: string): PathStep[] {
  const parts = text.slice(1).split('/')
  if (parts.some((part) => /~(?![01])/.test(part))) throw noPath()
  return parts.map((part) => ({
    kind: 'key',
    key: part.replaceAll('~1', '/').replaceAll('~0', '~'),
    optional: false,
  }))
}

/** The path as far as a step, for messages; empty for the top. */
export function sayPath(steps: readonly PathStep[]): string {
  let said = ''
  for (const step of steps) said += step.kind === 'each' ? '[]' : `${said === '' ? '' : '.'}${step.key}`
  return said
}

function noPath(): ConfigError {
  return new ConfigError('json-rows', '`rows` is no path to a list', {
    hint: 'Write data.items, /data/items (a JSON pointer) or runs[].results; a key with dots needs the pointer.',
  })
}
