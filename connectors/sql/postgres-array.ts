/** `{a,"b,c",NULL,{d}}`: how PostgreSQL writes an array, nested ones too. */
export function parseArray(text: string, delimiter: string, decode: (text: string) => unknown): readonly unknown[] {
  // Arrays that do not begin at 1 say so in front: `[0:2]={a,b,c}`.
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  return readList({ text, at: start, delimiter, decode })
}

interface Reader {
  readonly text: string
  /** Where the next character stands. */
  at: number
  readonly delimiter: string
  readonly decode: (text: string) => unknown
}

/** From the opening brace to behind the closing one. */
function readList(reader: Reader): unknown[] {
  const items: unknown[] = []
  reader.at++
  while (reader.at < reader.text.length && reader.text[reader.at] !== '}') {
    items.push(readItem(reader))
    if (reader.text[reader.at] === reader.delimiter) reader.at++
  }
  reader.at++
  return items
}

function readItem(reader: Reader): unknown {
  const first = reader.text[reader.at]
  if (first === '{') return readList(reader)
  if (first === '"') return reader.decode(readQuoted(reader))
  const start = reader.at
  while (reader.at < reader.text.length && !isEnd(reader)) reader.at++
  const word = reader.text.slice(start, reader.at)
  return word === 'NULL' ? null : reader.decode(word)
}

function isEnd({ text, at, delimiter }: Reader): boolean {
  return text[at] === delimiter || text[at] === '}'
}

/** A backslash makes the next character an ordinary one. */
function readQuoted(reader: Reader): string {
  let word = ''
  reader.at++
  while (reader.at < reader.text.length && reader.text[reader.at] !== '"') {
    if (reader.text[reader.at] === '\\') reader.at++
    word += reader.text[reader.at] ?? ''
    reader.at++
  }
  reader.at++
  return word
}
