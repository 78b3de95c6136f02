import { compareCodePoints } from '../../../core/text/order.ts'
import { hasWildcard, segmentPattern } from './pattern.ts'
import type { Matches } from './place.ts'
import { isTemporaryName } from './temporary.ts'

export interface Entry {
  readonly name: string
  /** A link to a folder is none: a link to a parent would never end. */
  readonly isFolder: boolean
}

/** What a store must offer so that patterns can be matched in it. */
export interface Folders {
  readonly separator: string
  /** What a path begins with: `/`, or a drive. */
  rootOf(path: string): string
  /** Nothing for a folder that is not there. @throws OperatorError when it may not be listed */
  list(folder: string): Promise<readonly Entry[]>
  /** Anything but a folder; a link that leads nowhere too, so that opening it says so. */
  isCandidate(path: string): Promise<boolean>
  exists(path: string): Promise<boolean>
}

/** Files that an absolute pattern matches. Hidden and temporary names never match a wildcard; a file of that very name does. */
export async function expandGlob(pattern: string, folders: Folders): Promise<Matches> {
  const { separator } = folders
  const root = folders.rootOf(pattern)
  if (!hasWildcard(pattern) || (await folders.exists(pattern))) {
    return { root: pattern.slice(0, Math.max(pattern.lastIndexOf(separator), root.length)), paths: [pattern] }
  }
  const segments = pattern.slice(root.length).split(separator).filter(Boolean)
  const first = segments.findIndex(hasWildcard)
  const base = root + segments.slice(0, first).join(separator)
  const found = new Set<string>()
  await walk({ folders, found }, base, segments.slice(first))
  return { root: base, paths: [...found].sort(compareCodePoints) }
}

interface Walk {
  readonly folders: Folders
  readonly found: Set<string>
}

async function walk(on: Walk, folder: string, segments: readonly string[]): Promise<void> {
  const [segment, ...rest] = segments
  if (segment === undefined) return
  if (segment === '**') return walkDeep(on, folder, rest)
  if (!hasWildcard(segment)) return enter(on, join(on, folder, segment), rest)
  const pattern = segmentPattern(segment)
  for (const { name } of await on.folders.list(folder)) {
    if (!pattern.test(name) || isTemporaryName(name)) continue
    await enter(on, join(on, folder, name), rest)
  }
}

async function enter(on: Walk, path: string, rest: readonly string[]): Promise<void> {
  if (rest.length > 0) return walk(on, path, rest)
  if (await on.folders.isCandidate(path)) on.found.add(path)
}

async function walkDeep(on: Walk, folder: string, rest: readonly string[]): Promise<void> {
  // `**` at the very end means every file below.
  await walk(on, folder, rest.length === 0 ? ['*'] : rest)
  for (const { name, isFolder } of await on.folders.list(folder)) {
    if (isFolder && !isTemporaryName(name)) await walkDeep(on, join(on, folder, name), rest)
  }
}

function join({ folders: { separator } }: Walk, folder: string, name: string): string {
  return folder.endsWith(separator) ? folder + name : folder + separator + name
}
