import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type Pair,
  type Scalar,
  visit,
} from 'yaml'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import type { Broken, Written, WrittenEntry, WrittenMap } from './written.ts'

const MAX_DEPTH = 64

/** A YAML reader takes `{{ name }}` without quotes for two maps. */
export const UNQUOTED_TEMPLATE = {
  code: 'unquoted-template',
  message: 'a template {{ … }} stands here without quotes, which makes it something else in YAML',
  expected: 'quotes around it, as in "{{ email }}"',
}

interface Walk {
  readonly report: Report
  /** What each alias stands for: the last anchor of its name before it. */
  readonly targets: ReadonlyMap<Alias, Node>
  /** Each node once, so that aliases of aliases cost nothing here. */
  readonly done: Map<Node, Written>
  /** The nodes that we are inside of: an alias to one of them would never end. */
  readonly open: Set<Node>
}

/** Follows aliases and merge keys (`<<`), and reports what cannot be followed where it stands. */
export function writtenOf(document: Document.Parsed, report: Report): Written {
  const walk: Walk = { report, targets: aliasTargets(document), done: new Map(), open: new Set() }
  return fromNode(walk, document.contents, [], 0)
}

function aliasTargets(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
        return
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

function fromNode(walk: Walk, node: unknown, path: Path, fallback: number): Written {
  if (isAlias(node)) return fromAlias(walk, node, path)
  if (isScalar(node)) return remember(walk, node, fromScalar(node, fallback))
  if (isCollection(node)) return fromCollection(walk, node, path)
  return { kind: 'scalar', value: null, text: '', offset: fallback }
}

function fromAlias(walk: Walk, alias: Alias, path: Path): Written {
  const offset = alias.range?.[0] ?? 0
  const target = walk.targets.get(alias)
  if (target === undefined) {
    return broken(walk, path, offset, {
      code: 'yaml',
      message: 'no anchor (&name) of this name stands before this alias',
    })
  }
  if (walk.open.has(target)) {
    return broken(walk, path, offset, { code: 'yaml', message: 'this alias stands inside of what it stands for' })
  }
  return walk.done.get(target) ?? fromNode(walk, target, path, offset)
}

function fromScalar(node: Scalar, fallback: number): Written {
  const text = node.type === 'PLAIN' && node.tag === undefined ? (node.source ?? '') : plainText(node.value)
  return { kind: 'scalar', value: node.value, text, offset: node.range?.[0] ?? fallback }
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : ''
}

function fromCollection(walk: Walk, node: Node, path: Path): Written {
  const known = walk.done.get(node)
  if (known !== undefined) return known
  const offset = node.range?.[0] ?? 0
  if (path.length > MAX_DEPTH) return broken(walk, path, offset, { code: 'yaml', message: 'is nested too deeply' })
  walk.open.add(node)
  const written = isMap(node) ? fromMap(walk, node.items, { path, offset }) : fromList(walk, node, { path, offset })
  walk.open.delete(node)
  return remember(walk, node, written)
}

interface Spot {
  readonly path: Path
  readonly offset: number
}

function fromList(walk: Walk, node: Node, { path, offset }: Spot): Written {
  const items = isCollection(node) ? node.items : []
  return { kind: 'list', items: items.map((item, index) => fromNode(walk, item, [...path, index], offset)), offset }
}

function fromMap(walk: Walk, pairs: readonly Pair[], spot: Spot): Written {
  const entries: WrittenEntry[] = []
  const merged: WrittenEntry[] = []
  for (const pair of pairs) {
    const key = isAlias(pair.key) ? walk.targets.get(pair.key) : pair.key
    if (!isScalar(key)) return badKey(walk, pair, spot)
    const keyOffset = key.range?.[0] ?? spot.offset
    const name = keyText(key)
    const value = fromNode(walk, pair.value, [...spot.path, name], keyOffset)
    if (name === '<<' && key.type === 'PLAIN')
      merged.push(...mergedEntries(walk, value, { path: spot.path, offset: keyOffset }))
    else entries.push({ key: name, keyOffset, value })
  }
  return { kind: 'map', entries: withMerged(entries, merged), offset: spot.offset }
}

function keyText(key: Scalar): string {
  return key.type === 'PLAIN' ? (key.source ?? plainText(key.value)) : plainText(key.value)
}

function badKey(walk: Walk, pair: Pair, { path, offset }: Spot): Broken {
  if (isMap(pair.key) && pair.key.flow === true) return broken(walk, path, offset, UNQUOTED_TEMPLATE)
  return broken(walk, path, offset, { code: 'yaml', message: 'a key is no text', expected: 'text before the ":"' })
}

function mergedEntries(walk: Walk, value: Written, { path, offset }: Spot): readonly WrittenEntry[] {
  const sources = value.kind === 'list' ? value.items : [value]
  const entries: WrittenEntry[] = []
  for (const source of sources) {
    if (source.kind === 'map') entries.push(...source.entries)
    else if (source.kind !== 'broken') {
      broken(walk, [...path, '<<'], offset, {
        code: 'yaml',
        message: '<< merges what is no object',
        expected: 'an alias of an object',
      })
    }
  }
  return entries
}

/** What stands in the map itself wins over what is merged, and of that the first. */
function withMerged(own: readonly WrittenEntry[], merged: readonly WrittenEntry[]): WrittenMap['entries'] {
  if (merged.length === 0) return own
  const keys = new Set(own.map(({ key }) => key))
  const entries = [...own]
  for (const entry of merged) {
    if (keys.has(entry.key)) continue
    keys.add(entry.key)
    entries.push(entry)
  }
  return entries
}

function remember(walk: Walk, node: Node, written: Written): Written {
  walk.done.set(node, written)
  return written
}

function broken(
  walk: Walk,
  path: Path,
  offset: number,
  what: { code: string; message: string; expected?: string },
): Broken {
  walk.report.add({ ...what, path, offset })
  return { kind: 'broken', offset }
}
