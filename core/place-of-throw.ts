/** Where in somebody's module an error came from, for whoever wrote it. */
import { isAbsolute, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This program. */
const OWN = join(import.meta.dirname, '..') + sep

/** `/srv/connectors/assets.ts:31:12`: where a stranger's module threw; undefined when no frame is a module's. */
export function placeOfThrow(thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  for (const line of stack.split('\n')) {
    const [, place = ''] = /^\s+at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(line) ?? []
    const path = place.startsWith('file:') ? fileURLToPath(place) : place
    if (isAbsolute(path) && !path.startsWith(OWN) && !path.includes('node_modules')) return path
  }
  return undefined
}
