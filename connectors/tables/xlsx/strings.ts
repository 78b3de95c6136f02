/** The strings that cells share, by their number. */
import { OperatorError } from '../../../core/errors.ts'
import { readXml } from './xml.ts'

/** All of them stay in memory while the sheet is read. */
const MOST_MEBI = 256
const MOST_CHARACTERS = MOST_MEBI * 1024 * 1024
/** An empty text takes memory, too: as much as so many characters. */
const OWN_WEIGHT = 16

/** @throws OperatorError `xlsx-too-large` */
export async function readStrings(body: AsyncIterable<Buffer> | undefined, name: string): Promise<readonly string[]> {
  const values: string[] = []
  if (body === undefined) return values
  const reader = createTextReader()
  let characters = 0
  await readXml(body, {
    open(tag) {
      if (tag === 'si') reader.start()
      else reader.open(tag)
    },
    text: (text) => reader.text(text),
    close(tag) {
      if (tag !== 'si') return reader.close(tag)
      const value = reader.take()
      characters += value.length + OWN_WEIGHT
      if (characters > MOST_CHARACTERS) throw tooLarge(name)
      values.push(value)
    },
  })
  return values
}

export interface TextReader {
  start(): void
  open(tag: string): void
  text(text: string): void
  close(tag: string): void
  take(): string
}

/** Text of a cell or a shared string: of its runs, but not of what helps to pronounce it. */
export function createTextReader(): TextReader {
  let value = ''
  let inText = false
  let inPhonetic = false
  return {
    start() {
      value = ''
    },
    open(tag) {
      if (tag === 't') inText = true
      if (tag === 'rPh') inPhonetic = true
    },
    text(text) {
      if (inText && !inPhonetic) value += text
    },
    close(tag) {
      if (tag === 't') inText = false
      if (tag === 'rPh') inPhonetic = false
    },
    take: () => unescapeText(value),
  }
}

/** Characters that XML cannot hold are written `_x000D_`; `_x005F_` stands for the underscore of a text like that. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9a-fA-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function tooLarge(name: string): OperatorError {
  return new OperatorError('xlsx-too-large', `${name} holds more than ${MOST_MEBI} Mi characters of text`, {
    hint: 'Deliver a CSV instead: it is read in a stream, whatever its size.',
  })
}
