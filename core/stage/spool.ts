import type { Codec } from './codec.ts'
import { CHUNK, createLineWriter, type LineWriter, readLines } from './lines.ts'

/** A sequence that is written once and read many times; it moves to a file when it outgrows its memory. */
export interface Spool<T> extends Iterable<T> {
  readonly length: number
  add(item: T): void
  /** Ends writing. Reading before that is a bug. */
  seal(): void
}

export interface SpoolOptions<T> {
  readonly path: string
  readonly codec: Codec<T>
  /** Bytes that may stay in memory; once it writes to its file no more than that waits to be written. */
  readonly memory: number
}

export function createSpool<T>({ path, codec, memory }: SpoolOptions<T>): Spool<T> {
  let items: T[] = []
  let weight = 0
  let length = 0
  let writer: LineWriter | undefined
  let sealed = false

  function spill(): LineWriter {
    const begun = createLineWriter(path, Buffer.allocUnsafeSlow(Math.min(CHUNK, Math.ceil(memory))))
    for (const item of items) begun.write(codec.encode(item))
    items = []
    return begun
  }

  function* read(): Generator<T, void, void> {
    if (!sealed) throw new Error('A spool is read only after it was sealed')
    if (writer === undefined) {
      yield* items
      return
    }
    for (const line of readLines(path)) yield codec.decode(line)
  }

  return {
    get length() {
      return length
    },
    add(item) {
      length++
      if (writer !== undefined) {
        writer.write(codec.encode(item))
        return
      }
      items.push(item)
      weight += codec.weigh(item)
      if (weight > memory) writer = spill()
    },
    seal() {
      sealed = true
      writer?.end()
    },
    [Symbol.iterator]: read,
  }
}
