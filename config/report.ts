import { LineCounter } from 'yaml'
import { type Path, pathKey, sayPath } from './path.ts'
import type { ConfigProblem } from './problem.ts'

/** Where something was written, as offsets into the text. */
export interface Place {
  readonly value: number
  /** Of its key; absent for items of a list and for the document. */
  readonly key?: number
  /** The one item of a list that was written without brackets: messages do not count it. */
  readonly only?: true
}

/** A mistake by its path; its line and column are looked up. */
export interface Finding {
  readonly code: string
  readonly path: Path
  readonly message: string
  readonly expected?: string | undefined
  readonly nearest?: string | undefined
  /** What the line and column point to; `value` unless told. */
  readonly pointAt?: 'key' | 'value'
  /** Points there, whatever the path. */
  readonly offset?: number
}

/** Collects the mistakes and warnings of one load, and knows where each value was written. */
export interface Report {
  /** Remembers where the value of `path` was written. The first word counts. */
  place(path: Path, place: Place): void
  add(finding: Finding): void
  /** A thing a person should know that stops nothing. */
  warn(path: Path, sentence: string): void
  /** Has a mistake with the value of exactly this path been reported? */
  has(path: Path): boolean
  /** Where the value of the path was written, as an offset into the text. */
  offsetOf(path: Path): number
  /** In file order, each once. */
  problems(): readonly ConfigProblem[]
  warnings(): readonly string[]
}

export function createReport(file: string, lines: LineCounter): Report {
  const places = new Map<string, Place>()
  const found: { offset: number; problem: ConfigProblem }[] = []
  const warned: { offset: number; text: string }[] = []
  const seen = new Set<string>()

  function offsetOf(finding: Finding): number {
    if (finding.offset !== undefined) return finding.offset
    return placeOf(places, finding.path, finding.pointAt ?? 'value')
  }
  function at(offset: number): string {
    const position = lines.linePos(offset)
    return `${file}:${Math.max(1, position.line)}:${Math.max(1, position.col)}`
  }
  function shown(path: Path): string {
    return sayPath(path.filter((_, index) => places.get(pathKey(path.slice(0, index + 1)))?.only !== true))
  }
  return {
    place(path, place) {
      const key = pathKey(path)
      if (!places.has(key)) places.set(key, place)
    },
    add(finding) {
      const offset = offsetOf(finding)
      seen.add(pathKey(finding.path))
      found.push({ offset, problem: problemOf(finding, { at: at(offset), path: shown(finding.path) }) })
    },
    warn(path, sentence) {
      const offset = placeOf(places, path, 'key')
      warned.push({ offset, text: `${at(offset)} ${shown(path)}: ${sentence}` })
    },
    has: (path) => seen.has(pathKey(path)),
    offsetOf: (path) => placeOf(places, path, 'value'),
    problems: () => distinct(inFileOrder(found).map(({ problem }) => problem)),
    warnings: () => [...new Set(inFileOrder(warned).map(({ text }) => text))],
  }
}

function problemOf(finding: Finding, where: Pick<ConfigProblem, 'at' | 'path'>): ConfigProblem {
  const { code, message, expected, nearest } = finding
  return {
    code,
    ...where,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(nearest === undefined ? {} : { nearest }),
  }
}

/** A value that was not written stands where its parent's key does, since that is where it is missing. */
function placeOf(places: ReadonlyMap<string, Place>, path: Path, pointAt: 'key' | 'value'): number {
  const own = places.get(pathKey(path))
  if (own !== undefined) return pointAt === 'key' ? (own.key ?? own.value) : own.value
  for (let length = path.length - 1; length >= 0; length--) {
    const parent = places.get(pathKey(path.slice(0, length)))
    if (parent !== undefined) return parent.key ?? parent.value
  }
  return 0
}

function inFileOrder<T extends { readonly offset: number }>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => a.offset - b.offset)
}

/** One mistake can be met twice: through an alias, or by each resource that uses a connector. */
function distinct(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const said = new Set<string>()
  const kept: ConfigProblem[] = []
  for (const problem of problems) {
    const key = JSON.stringify([problem.at, problem.path, problem.code, problem.message])
    if (said.has(key)) continue
    said.add(key)
    kept.push(problem)
  }
  return kept
}
