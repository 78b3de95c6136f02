import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Codec } from './codec.ts'
import { CHUNK, createLineWriter, readLines } from './lines.ts'
import { mergeSorted } from './merge-sorted.ts'

/** Sorts more than fits into memory: sorted pieces are put into files, and read back merged. Stable. */
export interface Sorter<T> {
  readonly length: number
  add(item: T): void
  /**
   * All items in order. May be called once. Each piece's file is removed when it has been read, or is left early.
   * @throws the signal's reason, while pieces are merged into longer ones
   */
  sorted(signal: AbortSignal): Promise<Iterable<T>>
}

export interface SorterOptions<T> {
  readonly folder: string
  readonly name: string
  readonly codec: Codec<T>
  readonly compare: (a: T, b: T) => number
  /** Bytes that may stay in memory. */
  readonly memory: number
}

/** Sequences that are merged at once, what is still in memory among them: each takes an open file and a buffer. */
export const MERGED_AT_ONCE = 128
/** Items between two looks at the rest of the process. */
const STRIDE = 2000

export function createSorter<T>(options: SorterOptions<T>): Sorter<T> {
  const { codec, compare, memory } = options
  const pieces = createPieces(options)
  let items: T[] = []
  let weight = 0
  let length = 0

  return {
    get length() {
      return length
    },
    add(item) {
      items.push(item)
      length++
      weight += codec.weigh(item)
      if (weight <= memory) return
      pieces.write(items.sort(compare))
      items = []
      weight = 0
    },
    async sorted(signal) {
      items.sort(compare)
      if (pieces.count() === 0) return items
      await pieces.shorten(signal)
      return mergeSorted([...pieces.readers(), items[Symbol.iterator]()], compare)
    },
  }
}

/** Sorted files, in the order in which their items came. */
interface Pieces<T> {
  count(): number
  write(sorted: Iterable<T>): void
  /** Merges neighbours, no more than needed, until all that is left can be merged at once. */
  shorten(signal: AbortSignal): Promise<void>
  readers(): Generator<T, void, void>[]
}

function createPieces<T>({ folder, name, codec, compare }: SorterOptions<T>): Pieces<T> {
  const paths: string[] = []
  let made = 0
  let buffer: Buffer | undefined

  function begin(): { path: string; write(item: T): void; end(): void } {
    const path = join(folder, `${name}-${made++}.piece`)
    buffer ??= Buffer.allocUnsafeSlow(CHUNK)
    const { write, end } = createLineWriter(path, buffer)
    return { path, write: (item) => write(codec.encode(item)), end }
  }

  function* read(path: string): Generator<T, void, void> {
    try {
      for (const line of readLines(path)) yield codec.decode(line)
    } finally {
      rmSync(path, { force: true })
    }
  }

  /** A signal that aborts is looked at inside the loop, so that its end closes the files. */
  async function mergeInto(at: number, count: number, signal: AbortSignal): Promise<void> {
    const longer = begin()
    let steps = 0
    for (const item of mergeSorted(paths.slice(at, at + count).map(read), compare)) {
      longer.write(item)
      if (++steps % STRIDE !== 0) continue
      await breathe()
      signal.throwIfAborted()
    }
    longer.end()
    paths.splice(at, count, longer.path)
  }

  return {
    count: () => paths.length,
    write(sorted) {
      const piece = begin()
      for (const item of sorted) piece.write(item)
      piece.end()
      paths.push(piece.path)
    },
    async shorten(signal) {
      // Each round takes the next neighbours, so that what was merged is merged again only after all others.
      for (let at = 0; paths.length >= MERGED_AT_ONCE; at++) {
        const excess = paths.length + 1 - MERGED_AT_ONCE
        const count = Math.min(MERGED_AT_ONCE, excess + 1)
        if (at + count > paths.length) at = 0
        await mergeInto(at, count, signal)
      }
    },
    readers: () => paths.map(read),
  }
}
