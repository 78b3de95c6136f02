import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** Bytes at a time. A plan writes many files at once, and what one gathers another cannot use. */
const CHUNK = 1 << 16
const LINE_FEED = 0x0a

/** Appends lines to a file, in chunks. Synchronous: the file is local scratch, and what writes it is a tight loop. */
export interface LineWriter {
  write(line: string): void
  close(): void
}

export function openLineWriter(path: string): LineWriter {
  const file = openSync(path, 'w', 0o600)
  let pending: string[] = []
  let pendingLength = 0
  const flush = (): void => {
    if (pending.length === 0) return
    writeAll(file, pending.join(''))
    pending = []
    pendingLength = 0
  }
  return {
    write(line) {
      pending.push(line, '\n')
      pendingLength += line.length
      if (pendingLength >= CHUNK) flush()
    },
    close() {
      flush()
      closeSync(file)
    },
  }
}

/** As text, since a buffer for each piece would be memory that outlives its use. */
function writeAll(file: number, text: string): void {
  const length = Buffer.byteLength(text)
  let written = writeSync(file, text)
  if (written === length) return
  const bytes = Buffer.from(text)
  while (written < length) written += writeSync(file, bytes, written)
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

function* splitLines(file: number): Generator<string, void, void> {
  let chunk = Buffer.allocUnsafe(CHUNK)
  let filled = 0
  for (;;) {
    if (filled === chunk.length) chunk = Buffer.concat([chunk, Buffer.allocUnsafe(chunk.length)])
    const read = readSync(file, chunk, filled, chunk.length - filled, null)
    if (read === 0 && filled > 0) throw new Error('A scratch file ends within a line: somebody cut it')
    if (read === 0) return
    filled += read
    const end = chunk.lastIndexOf(LINE_FEED, filled - 1)
    if (end === -1) continue
    const text = chunk.toString('utf8', 0, end)
    chunk.copy(chunk, 0, end + 1, filled)
    filled -= end + 1
    yield* text.split('\n')
  }
}
