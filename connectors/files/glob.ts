import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, parse, sep } from 'node:path'
import { compareCodePoints } from '../../core/text/order.ts'
import { errnoOf, fileFailure } from './failure.ts'
import { hasWildcard, segmentPattern } from './pattern.ts'
import { isTemporaryName } from './temporary.ts'

export interface GlobMatches {
  /** The folder above the first wildcard: what the names of matches are relative to. */
  readonly root: string
  /** Absolute paths in the order of their names. */
  readonly paths: readonly string[]
}

/**
 * Files that an absolute pattern matches: `*`, `?` and `[…]` within a name, `**` for any depth of folders. A file that
 * exists under the very name wins over the pattern. Hidden and temporary names never match a wildcard.
 * @throws OperatorError when a folder may not be listed: unseen files must not pass for absent ones
 */
export async function expandGlob(pattern: string): Promise<GlobMatches> {
  const { root, dir } = parse(pattern)
  if (!hasWildcard(pattern) || (await exists(pattern))) return { root: dir, paths: [pattern] }
  const segments = pattern.slice(root.length).split(sep).filter(Boolean)
  const first = segments.findIndex(hasWildcard)
  const base = join(root, ...segments.slice(0, first))
  const found = new Set<string>()
  await walk(base, segments.slice(first), found)
  return { root: base, paths: [...found].sort(compareCodePoints) }
}

async function walk(folder: string, segments: readonly string[], found: Set<string>): Promise<void> {
  const [segment, ...rest] = segments
  if (segment === undefined) return
  if (segment === '**') return walkDeep(folder, rest, found)
  if (!hasWildcard(segment)) return enter(join(folder, segment), rest, found)
  const pattern = segmentPattern(segment)
  for (const entry of await list(folder)) {
    if (!pattern.test(entry.name) || isTemporaryName(entry.name)) continue
    await enter(join(folder, entry.name), rest, found)
  }
}

async function enter(path: string, rest: readonly string[], found: Set<string>): Promise<void> {
  if (rest.length > 0) return walk(path, rest, found)
  if (await isCandidate(path)) found.add(path)
}

async function walkDeep(folder: string, rest: readonly string[], found: Set<string>): Promise<void> {
  // `**` at the very end means every file below.
  await walk(folder, rest.length === 0 ? ['*'] : rest, found)
  for (const entry of await list(folder)) {
    // Links to folders are not followed: a link to a parent would never end.
    if (entry.isDirectory() && !isTemporaryName(entry.name)) await walkDeep(join(folder, entry.name), rest, found)
  }
}

async function list(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw fileFailure(folder, error)
  }
}

/** Anything but a folder; a link that leads nowhere too, so that opening it says so. */
async function isCandidate(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory()
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? isDanglingLink(path) : true
  }
}

async function isDanglingLink(path: string): Promise<boolean> {
  const { dir, base } = parse(path)
  return (await list(dir)).some((entry) => entry.name === base)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
