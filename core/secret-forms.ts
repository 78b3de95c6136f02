/** How a secret may look in text, and how to take it out again: the one place that knows. Pure. */
import type { Secret } from './secret.ts'

const HIDDEN = '[secret]'

/** A shorter secret would tear holes into ordinary words. */
const LEAST_LENGTH = 4
/** A shorter piece or disguise of a secret is as likely something else. */
const LEAST_DISGUISE = 8
/** The end of an address that is long enough to be what makes it secret. */
const LEAST_ADDRESS = 16
/** A secret of this length shows nowhere by chance, not even in a name or a hash. */
const UNMISTAKABLE = 12

export type Scrub = (text: string) => string

export interface ScrubOptions {
  /** Shorter secrets stay; default 4. */
  readonly least?: number
}

/** A function that replaces each secret by `[secret]`, however it is written and wherever two of them overlap. */
export function createScrubber(secrets: readonly Secret[], { least = LEAST_LENGTH }: ScrubOptions = {}): Scrub {
  const find = createFinder(new Set(secrets.flatMap((secret) => formsOf(secret.reveal(), least))))
  const findMarks = createFinder(new Set([HIDDEN]))
  return (text) => cutOut(text, find(text), () => findMarks(text))
}

/** Does the text show one of the secrets, in any of its forms? */
export function shows(text: string, secrets: readonly Secret[], { least = LEAST_LENGTH }: ScrubOptions = {}): boolean {
  return createFinder(new Set(secrets.flatMap((secret) => formsOf(secret.reveal(), least))))(text).length > 0
}

/** As it is, line by line, in JSON, in a URL, in a form, in HTML, in base64 and in hex; and what is secret of a URL. */
export function formsOf(value: string, least = LEAST_LENGTH): readonly string[] {
  if (value.length < Math.max(least, START)) return []
  const pieces = [...linesOf(value), ...partsOfUrl(value)].filter((piece) => piece.length >= LEAST_DISGUISE)
  const all = [value, ...pieces].flatMap((piece) => [piece, ...disguisesOf(piece)])
  return [...new Set(all)]
}

function disguisesOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const all = [...escaped(value, bytes.toString()), hex, hex.toUpperCase(), ...inBase64(bytes)]
  return all.filter((form) => form.length >= Math.min(LEAST_DISGUISE, value.length + 1))
}

/** @param wellFormed the same, without halves of letters, which a URL cannot hold */
function escaped(value: string, wellFormed: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const url = encodeURIComponent(wellFormed)
  const withUser = new URL('http://host')
  withUser.password = value
  return [
    json,
    json.replaceAll('/', '\\/'),
    json.replaceAll(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
    JSON.stringify(json).slice(1, -1),
    url,
    url.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
    withUser.password,
    new URLSearchParams({ '': value }).toString().slice(1),
    ...['&#39;', '&#x27;', "'"].map((quote) => inHtml(value, quote)),
  ]
}

function inHtml(value: string, quote: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": quote,
  }
  return value.replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}

/** By itself, and within the base64 of something longer, such as `user:password`: three shifts, without their seams. */
function inBase64(bytes: Buffer): string[] {
  const whole = bytes.toString('base64').replace(/=+$/, '')
  const within = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return text.slice(shift === 0 ? 0 : shift + 1, -1)
  })
  return [whole, ...within].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

/** Keys and certificates have many lines, and programs tell one of them. */
function linesOf(value: string): string[] {
  return value.includes('\n') ? value.split(/[\r\n]+/).map((line) => line.trim()) : []
}

/** Of an address that holds credentials: the password, and the path and query that let a webhook in. */
function partsOfUrl(value: string): string[] {
  if (!value.includes('://') || !URL.canParse(value)) return []
  const { password, pathname, search } = new URL(value)
  const address = `${pathname}${search}`
  const last = pathname.slice(pathname.lastIndexOf('/') + 1)
  const long = [address, search.slice(1), last].filter((part) => part.length >= LEAST_ADDRESS)
  return [password, decoded(password), ...long]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Not one form after the other: of two that overlap, the rest of the second would stay. What was hidden before stays. */
function cutOut(text: string, found: readonly Span[], marksIn: () => readonly Span[]): string {
  if (found.length === 0) return text
  const marks = marksIn()
  let clean = ''
  let at = 0
  for (const { start, end } of found) {
    if (marks.some((mark) => mark.start <= start && end <= mark.end)) continue
    if (start >= at) clean += `${text.slice(at, start)}${HIDDEN}`
    at = Math.max(at, end)
  }
  return clean + text.slice(at)
}

/** Letters at the start of a form, which a text is searched by. */
const START = 2

/** One pass over the text however many forms there are: a daemon knows hundreds, and documents are long. */
function createFinder(forms: ReadonlySet<string>): (text: string) => Span[] {
  const byStart = new Map<number, string[]>()
  for (const form of forms) byStart.set(startOf(form, 0), [...(byStart.get(startOf(form, 0)) ?? []), form])
  const starts = new Uint8Array(STARTS)
  for (const start of byStart.keys()) starts[start] = 1
  return (text) => {
    const spans: Span[] = []
    for (let at = 0; forms.size > 0 && at + START <= text.length; at++) {
      const start = startOf(text, at)
      if (starts[start] === 0) continue
      for (const form of byStart.get(start) ?? [])
        if (text.startsWith(form, at)) spans.push({ start: at, end: at + form.length })
    }
    return spans
  }
}

const STARTS = 0x1_0000

/** Two letters as one number; some share theirs. */
function startOf(text: string, at: number): number {
  return (text.charCodeAt(at) * 251 + text.charCodeAt(at + 1)) % STARTS
}

/**
 * What programs tell things apart by. A short secret may be a part of it by chance, and hiding that would break whoever
 * reads it; one that is long enough is hidden here, too.
 */
const NAMING: ReadonlySet<string> = new Set(
  (
    'application applications at asOf chain change code command config configHash connector expiresAt field finishedAt ' +
    'hash hold id join kind modifiedAt name names notifier openedAt outcome planHash resource resourceId resourceIds ' +
    'rule runId scope scopes sha256 slotAt source stage startedAt status time toolVersion type until url'
  ).split(' '),
)

export interface DocumentScrub {
  (value: unknown): unknown
}

/** The same for what is or becomes JSON: every text in it, keys included. */
export function createDocumentScrubber(secrets: readonly Secret[]): DocumentScrub {
  const scrub = createScrubber(secrets)
  const careful = createScrubber(secrets, { least: UNMISTAKABLE })
  const numbers = new Set(secrets.map((secret) => secret.reveal()).filter((text) => text.length >= LEAST_DISGUISE))

  function clean(value: unknown, key?: string): unknown {
    if (typeof value === 'string') return key !== undefined && NAMING.has(key) ? careful(value) : scrub(value)
    if (typeof value === 'number') return numbers.has(String(value)) ? HIDDEN : value
    if (Array.isArray(value)) return cleanArray(value, key)
    return typeof value === 'object' && value !== null && isPlain(value) ? cleanObject(value) : value
  }
  // What holds no secret stays the very same: a document of a million items is not copied.
  function cleanArray(items: readonly unknown[], key: string | undefined): readonly unknown[] {
    const cleaned = items.map((item) => clean(item, key))
    return cleaned.every((item, index) => item === items[index]) ? items : cleaned
  }
  function cleanObject(object: object): object {
    const entries = Object.entries(object)
    const cleaned = entries.map(([name, item]) => [careful(name), clean(item, name)] as const)
    const isSame = cleaned.every(([name, item], index) => name === entries[index]?.[0] && item === entries[index][1])
    return isSame ? object : Object.fromEntries(cleaned)
  }
  return (value) => clean(value)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
