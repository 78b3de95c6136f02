/** Takes one person's id out of what the state remembers. Pure. */
import type { Change } from '../state/state.ts'

/** What stands in the place of an id. */
export const FORGOTTEN = '[forgotten]'

export interface Eraser {
  /** How the id may stand in a stored document. */
  readonly texts: readonly string[]
  readonly change: Change
  /** Does a text name the id? */
  names(text: string): boolean
}

/**
 * What is about the person goes but for its kind; where a text names them among others, the id alone. Keys, names of
 * the configuration, hashes, times and what people decided are left as they are.
 */
export function createEraser(id: string): Eraser {
  const forms = formsOf(id)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms.map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'gu')
  const clean = (text: string): string => text.replaceAll(pattern, FORGOTTEN)
  return {
    texts: forms.map((form) => JSON.stringify(form).slice(1, -1)),
    change: (document) => erased(document, id, clean),
    names: (text) => clean(text) !== text,
  }
}

/** As it is, inside JSON, in a URL, and in JSON that knows ASCII alone. */
function formsOf(id: string): string[] {
  const json = JSON.stringify(id).slice(1, -1)
  const ascii = json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [...new Set([id, json, ascii, encodeURIComponent(id)])].sort((a, b) => b.length - a.length)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** They are ours, or the configuration's, or the history has them too. */
const LEFT: ReadonlySet<string> = new Set([
  'application',
  'asOf',
  'code',
  'command',
  'connector',
  'decision',
  'finishedAt',
  'hold',
  'id',
  'made',
  'modifiedAt',
  'name',
  'planHash',
  'resource',
  'resourceIds',
  'rule',
  'runId',
  'scope',
  'sha256',
  'stage',
  'startedAt',
  'startedBy',
  'type',
])

function erased(value: unknown, id: string, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((each) => erased(each, id, clean))
  if (typeof value !== 'object' || value === null) return value
  if ('uniqueId' in value && value.uniqueId === id) return nobody(value)
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([key, each]) => [key, isLeft(key, each) ? each : erased(each, id, clean)]))
}

/** A key of ours may hold an object with texts all the same: `hold: { reasons }`. */
function isLeft(key: string, value: unknown): boolean {
  return LEFT.has(key) && (key === 'decision' || key === 'made' || typeof value !== 'object')
}

/** An item, a problem or a conflict of the person: what kind it was stays, so that counts still add up. */
function nobody(about: object): object {
  const { change, code, field, message } = about as Record<string, unknown>
  return {
    ...(change === undefined ? {} : { change }),
    ...(code === undefined ? {} : { code }),
    uniqueId: FORGOTTEN,
    ...(field === undefined ? {} : { field }),
    ...('fields' in about && !('change' in about) ? { fields: about.fields } : {}),
    ...('places' in about ? { places: [] } : {}),
    ...(message === undefined ? {} : { message: FORGOTTEN }),
  }
}
