/** Rows from a JSON document: the objects of a list in it. All else in it is proven to be JSON too. */
import type { Row } from '../../core/connector.ts'
import { parseJson } from '../../core/text/json.ts'
import { nearestName } from '../../core/text/nearest.ts'
import {
  BYTE,
  createCursor,
  type Cursor,
  DocumentFault,
  elements,
  END,
  members,
  objectText,
  peek,
  skipValue,
  type Step,
  unexpected,
} from './json-cursor.ts'
import { createKeeper, type Keeper } from './json-keep.ts'
import { type PathStep, sayPath } from './json-path.ts'
import type { JsonObject } from './ndjson.ts'

export interface JsonRowsOptions {
  /** Of the file, for places. */
  readonly name: string
  readonly steps: readonly PathStep[]
  /** Names of scalars in the objects around the list; each row gets them. */
  readonly keep: readonly string[]
}

export interface JsonRows {
  /** The rows that these bytes complete. @throws DocumentFault; the rows before it are in `taken` */
  write(bytes: Buffer): void
  /** @throws DocumentFault when the document is not whole */
  end(): void
  /** The rows since it was last asked. */
  taken(): readonly Row[]
  count(): number
}

interface Walk {
  readonly cursor: Cursor
  readonly name: string
  readonly steps: readonly PathStep[]
  readonly keeper: Keeper
  /** Positions in the lists on the way. */
  readonly positions: number[]
  rows: Row[]
  count: number
}

export function createJsonRows({ name, steps, keep }: JsonRowsOptions): JsonRows {
  const cursor = createCursor()
  const walk: Walk = { cursor, name, steps, keeper: createKeeper(keep), positions: [], rows: [], count: 0 }
  const reading = readDocument(walk)
  return {
    write(bytes) {
      cursor.bytes = bytes
      cursor.at = 0
      reading.next()
    },
    end() {
      cursor.bytes = Buffer.alloc(0)
      cursor.at = 0
      cursor.ended = true
      reading.next()
    },
    taken() {
      const { rows } = walk
      walk.rows = []
      return rows
    },
    count: () => walk.count,
  }
}

function* readDocument(walk: Walk): Step<void> {
  const { cursor } = walk
  if ((yield* peek(cursor)) === END) throw new DocumentFault('has nothing in it')
  yield* readAlong(walk, 0)
  if ((yield* peek(cursor)) !== END) {
    throw new DocumentFault(`goes on in line ${cursor.line} after its end: only one document may be in it`)
  }
  const unseen = walk.count > 0 ? walk.keeper.unseen() : undefined
  if (unseen !== undefined) throw new DocumentFault(`has no "${unseen}" around its rows, which \`keep\` names`)
}

/** Reads the value that the first `depth` steps lead to. */
function* readAlong(walk: Walk, depth: number): Step<void> {
  const step = walk.steps[depth]
  const byte = yield* peek(walk.cursor)
  if (step?.kind === 'key') {
    if (byte !== BYTE.openObject) throw yield* other(walk, depth, 'an object')
    yield* readObject(walk, depth, step)
    return
  }
  if (byte !== BYTE.openList) throw yield* other(walk, depth, 'a list')
  yield* step === undefined ? readRows(walk) : readEach(walk, depth)
}

function* readEach(walk: Walk, depth: number): Step<void> {
  walk.positions.push(0)
  yield* elements(walk.cursor, (index) => {
    walk.positions[walk.positions.length - 1] = index
    return readAlong(walk, depth + 1)
  })
  walk.positions.pop()
}

function* readObject(walk: Walk, depth: number, step: PathStep & { kind: 'key' }): Step<void> {
  const { cursor, keeper } = walk
  const others: string[] = []
  const kept: string[] = []
  let found = false
  function* readMember(key: string): Step<void> {
    if (key === step.key) {
      if (found) throw new DocumentFault(`has "${pathTo(walk, depth + 1)}" twice, the second in line ${cursor.line}`)
      found = true
      if (!(step.optional && (yield* skipNull(cursor)))) yield* readAlong(walk, depth + 1)
    } else if (keeper.wants(key)) {
      if (found) throw new DocumentFault(`has "${key}", which \`keep\` names, behind the list in line ${cursor.line}`)
      keeper.keep(key, yield* skipValue(cursor), cursor.line)
      kept.push(key)
    } else {
      if (others.length < MOST_NAMES) others.push(key)
      yield* skipValue(cursor)
    }
  }
  yield* members(cursor, readMember)
  keeper.forget(kept)
  if (!found && !step.optional) throw missing(walk, depth, others)
}

/** So many keys are remembered, to guess which was meant. */
const MOST_NAMES = 100

function* skipNull(cursor: Cursor): Step<boolean> {
  const isNull = (yield* peek(cursor)) === 0x6e
  if (isNull) yield* skipValue(cursor)
  return isNull
}

function* readRows(walk: Walk): Step<void> {
  const { cursor, keeper } = walk
  const place = `${walk.name}${placeOfList(walk)}`
  yield* elements(cursor, function* readRow(index) {
    const byte = yield* peek(cursor)
    const { line } = cursor
    const at = line === 1 ? `${place}[${index}]` : `${place}[${index}] line ${line}`
    if (byte !== BYTE.openObject) throw noRow(cursor, byte, index)
    const result = parseJson(yield* objectText(cursor))
    if ('fault' in result) throw new DocumentFault(`is no JSON at [${index}], line ${line}: ${result.fault.says}`)
    // Without a prototype no column is found that is not there, such as `constructor`.
    const fields = Object.setPrototypeOf(result.value, null) as JsonObject
    const clash = keeper.addTo(fields)
    if (clash !== undefined)
      throw new DocumentFault(`has "${clash}", which \`keep\` names, also in its row at [${index}], line ${line}`)
    walk.rows.push({ at, fields })
    walk.count++
  })
}

function noRow(cursor: Cursor, byte: number, index: number): DocumentFault {
  const found = classOf(byte)
  if (found === undefined) return unexpected(cursor, byte, 'an object')
  return new DocumentFault(`has ${found} at [${index}], line ${cursor.line}, not an object`)
}

/** With one list in the document, its place is the document's. */
function placeOfList({ steps, positions }: Walk): string {
  if (positions.length === 0) return ''
  let place = ''
  let next = 0
  for (const step of steps) {
    if (step.kind === 'each') place += `[${positions[next++] ?? 0}]`
    else place += place === '' ? step.key : `.${step.key}`
  }
  return ` ${place}`
}

function pathTo({ steps }: Walk, depth: number): string {
  return sayPath(steps.slice(0, depth))
}

function* other(walk: Walk, depth: number, expected: string): Step<DocumentFault> {
  const byte = yield* peek(walk.cursor)
  const found = classOf(byte)
  if (found === undefined) return unexpected(walk.cursor, byte, expected)
  const where = depth === 0 ? 'at its top' : `at "${pathTo(walk, depth)}"`
  const hint =
    depth === 0 && byte === BYTE.openObject
      ? '; say with `rows` where in it the list is, or `format: lines` when each line is a document'
      : ''
  return new DocumentFault(`has ${found} ${where}, line ${walk.cursor.line}, where ${expected} is expected${hint}`)
}

function missing(walk: Walk, depth: number, others: readonly string[]): DocumentFault {
  const path = pathTo(walk, depth + 1)
  const nearest = nearestName(path.split('.').at(-1) ?? '', others)
  const meant = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  return new DocumentFault(`has no "${path}": the object that ends in line ${walk.cursor.line} lacks it${meant}`)
}

const CLASSES: readonly (readonly [string, string])[] = [
  ['{', 'an object'],
  ['[', 'a list'],
  ['"', 'text'],
  ['n', 'null'],
  ['tf', 'true or false'],
  ['-0123456789', 'a number'],
]

/** What a value is, by its first byte; undefined when none begins so. */
function classOf(byte: number): string | undefined {
  const letter = String.fromCharCode(byte)
  return byte === END ? undefined : CLASSES.find(([first]) => first.includes(letter))?.[1]
}
