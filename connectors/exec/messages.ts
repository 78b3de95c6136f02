/** What a program says on its standard error: to the log line by line, and its last words kept for an error. */
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Log } from '../../core/log.ts'

export interface MessagesOptions {
  /** Of the program. */
  readonly name: string
  readonly log: Log
  scrub(line: string): string
  /** Called at every sign of life. */
  onLife(): void
}

export interface Messages {
  /** The stream has ended, or nobody listens any more: takes what stands after the last line break. */
  close(): void
  /** A clause for an error, scrubbed and shortened: `its last words: …`; undefined when it said nothing. */
  lastWords(): string | undefined
}

/** Lines a second; more of them are counted, and left out. */
const LINES_A_SECOND = 50
const LONGEST_SHOWN = 500
/** What is kept of a line that does not end. */
const LONGEST_HELD = 16 * 1024
const LAST_LINES = 3

/** Listens to the stream until it ends; nobody waits for it, so the program never waits for us. */
export function listen(stream: Readable, { name, log, scrub, onLife }: MessagesOptions): Messages {
  const decoder = new StringDecoder('utf8')
  const last: string[] = []
  let held = ''
  let second = 0
  let shown = 0
  let leftOut = 0

  function takeText(text: string): void {
    const lines = (held + text).split(/\r\n|\n|\r/)
    held = (lines.pop() ?? '').slice(0, LONGEST_HELD)
    for (const line of lines) takeLine(line)
  }
  function takeLine(line: string): void {
    if (line.trim() === '') return
    const short = clean(line)
    last.push(short)
    if (last.length > LAST_LINES) last.shift()
    show(short)
  }
  function show(line: string): void {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) {
      sayLeftOut()
      second = now
      shown = 0
    }
    if (shown++ < LINES_A_SECOND) log.info(`${name}: ${line}`)
    else leftOut++
  }
  function sayLeftOut(): void {
    if (leftOut > 0) log.info(`${name}: ${leftOut} lines more, left out`)
    leftOut = 0
  }
  /** Scrubbed before it is shortened, since a secret that was cut would not be known any more. */
  function clean(line: string): string {
    if (line.length >= LONGEST_HELD) return `(a line of more than ${LONGEST_HELD} letters)`
    return shorten(scrub(readable(scrub(line))), LONGEST_SHOWN)
  }
  stream.on('data', (bytes: Buffer) => {
    onLife()
    takeText(decoder.write(bytes))
  })
  // Whatever breaks the stream ends the program too, and that is told.
  stream.on('error', () => undefined)
  return {
    lastWords: () => (last.length === 0 ? undefined : `its last words: ${last.join(' / ')}`),
    close() {
      takeText(decoder.end())
      if (held !== '') takeLine(held)
      held = ''
      sayLeftOut()
    },
  }
}

/** Without colours and other orders to a terminal. */
function readable(line: string): string {
  const escape = String.fromCharCode(27)
  const plain = line.replaceAll(new RegExp(`${escape}\\[[0-9;?]*[ -/]*[@-~]`, 'g'), '')
  return plain.replace(/\p{Cc}/gu, ' ').trim()
}

function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}
