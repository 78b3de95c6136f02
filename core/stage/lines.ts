import { appendFileSync, closeSync, openSync, readSync, writeFileSync } from 'node:fs'

/** Bytes at a time. */
export const CHUNK = 1 << 16
const LINE_FEED = 0x0a
/** UTF-8 takes no more bytes for a UTF-16 unit. */
const MOST_BYTES = 3

/** Appends lines to a file, in chunks. Synchronous: the file is local scratch, and what writes it is a tight loop. */
export interface LineWriter {
  write(line: string): void
  /** Writes out what waits. Between chunks the file is not open, so that there is nothing to close when work is left. */
  end(): void
}

/**
 * Begins an empty file. Lines wait in `buffer`, outside of the heap, where they cost the garbage collector nothing however
 * slowly it fills; one writer at a time may use it.
 */
export function createLineWriter(path: string, buffer: Buffer): LineWriter {
  writeFileSync(path, '', { mode: 0o600 })
  let filled = 0

  function flush(): void {
    if (filled > 0) appendFileSync(path, buffer.subarray(0, filled))
    filled = 0
  }

  return {
    write(line) {
      const most = line.length * MOST_BYTES + 1
      if (filled + most > buffer.length) flush()
      if (most > buffer.length) return appendFileSync(path, `${line}\n`)
      filled += buffer.write(line, filled)
      filled = buffer.writeUInt8(LINE_FEED, filled)
    },
    end: flush,
  }
}

/** The lines of a file; the file is closed when the loop ends, early or not. */
export function* readLines(path: string): Generator<string, void, void> {
  const file = openSync(path, 'r')
  try {
    yield* splitLines(file)
  } finally {
    closeSync(file)
  }
}

/** One line becomes text at a time: what many files have ready at once would fill the heap with lines that wait. */
function* splitLines(file: number): Generator<string, void, void> {
  let chunk = Buffer.allocUnsafeSlow(CHUNK)
  let filled = 0
  for (;;) {
    if (filled === chunk.length) chunk = Buffer.concat([chunk], chunk.length * 2)
    const read = readSync(file, chunk, filled, chunk.length - filled, null)
    if (read === 0 && filled > 0) throw new Error('A scratch file ends within a line: somebody cut it')
    if (read === 0) return
    const known = filled
    filled += read
    const whole = chunk.subarray(0, filled)
    let start = 0
    for (let end = whole.indexOf(LINE_FEED, known); end !== -1; end = whole.indexOf(LINE_FEED, start)) {
      yield whole.toString('utf8', start, end)
      start = end + 1
    }
    chunk.copy(chunk, 0, start, filled)
    filled -= start
  }
}
