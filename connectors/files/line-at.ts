import { createReadStream } from 'node:fs'
import type { Encoding } from './encoding.ts'

const LF = 10
const CR = 13

/** The line, from 1, that holds the byte at `offset`. Reads the file again up to there: only an error asks for it. */
export async function lineAt(path: string, offset: number, encoding: Encoding): Promise<number> {
  if (offset === 0) return 1
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be'
  let line = 1
  let previous = 0
  let half: number | undefined
  for await (const bytes of createReadStream(path, { end: offset - 1 }) as AsyncIterable<Buffer>) {
    for (const byte of bytes) {
      if (wide && half === undefined) {
        half = byte
        continue
      }
      const unit = half === undefined ? byte : encoding === 'utf-16le' ? half + byte * 256 : half * 256 + byte
      half = undefined
      if (unit === CR || (unit === LF && previous !== CR)) line++
      previous = unit
    }
  }
  return line
}
