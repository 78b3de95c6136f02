/** LDAP messages (RFC 4511) from the server's side: requests are decoded, answers encoded. */
import {
  type Element,
  element,
  elementsOf,
  integer,
  integerOf,
  sequence,
  TAG,
  takeElement,
  text,
  textOf,
} from './ber.ts'

export const PAGED_RESULTS = '1.2.840.113556.1.4.319'
export const START_TLS = '1.3.6.1.4.1.1466.20037'
const NOTICE_OF_DISCONNECTION = '1.3.6.1.4.1.1466.20036'

export interface SearchRequest {
  readonly kind: 'search'
  readonly base: string
  readonly scope: 'base' | 'one' | 'sub'
  /** Seconds; 0 is none. */
  readonly timeLimit: number
  readonly sizeLimit: number
  /** As people write it. */
  readonly filter: string
  readonly attributes: readonly string[]
  /** The paged results control, when it came with the request. */
  readonly paged: { readonly critical: boolean; readonly size: number; readonly cookie: string } | undefined
}

export type LdapRequest =
  | SearchRequest
  | { readonly kind: 'bind'; readonly dn: string; readonly password: string }
  | { readonly kind: 'extended'; readonly oid: string }
  | { readonly kind: 'unbind' | 'abandon' | 'other' }

export interface Result {
  /** Default: 0, success. */
  readonly code?: number
  readonly message?: string
  readonly referrals?: readonly string[]
  /** Of the paged results control, which is sent only when there is one; empty on the last page. */
  readonly cookie?: string
  /** Another control, with its value as it goes over the wire. */
  readonly control?: { readonly oid: string; readonly value: Uint8Array }
}

export type Values = Readonly<Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>>

const REQUEST = { bind: 0x60, unbind: 0x42, search: 0x63, abandon: 0x50, extended: 0x77 } as const
const RESPONSE = { bind: 0x61, entry: 0x64, done: 0x65, reference: 0x73, extended: 0x78 } as const
const CONTROLS = 0xa0
const REFERRALS = 0xa3

export function parseRequest(message: Element): { id: number; request: LdapRequest } {
  const [id, operation, controls] = elementsOf(message.content)
  if (id === undefined || operation === undefined) throw new Error('a message without an operation')
  return { id: integerOf(id), request: parseOperation(operation, controls) }
}

function parseOperation(operation: Element, controls: Element | undefined): LdapRequest {
  switch (operation.tag) {
    case REQUEST.bind: {
      const [, dn, password] = elementsOf(operation.content)
      return { kind: 'bind', dn: textAt(dn), password: textAt(password) }
    }
    case REQUEST.search:
      return parseSearch(elementsOf(operation.content), controls)
    case REQUEST.extended:
      return { kind: 'extended', oid: textAt(elementsOf(operation.content)[0]) }
    case REQUEST.unbind:
      return { kind: 'unbind' }
    case REQUEST.abandon:
      return { kind: 'abandon' }
    default:
      return { kind: 'other' }
  }
}

function parseSearch(parts: readonly Element[], controls: Element | undefined): SearchRequest {
  const [base, scope, , sizeLimit, timeLimit, , filter, attributes] = parts
  if (!scope || !sizeLimit || !timeLimit || !filter || !attributes) throw new Error('a search with parts missing')
  return {
    kind: 'search',
    base: textAt(base),
    scope: (['base', 'one', 'sub'] as const)[integerOf(scope)] ?? 'sub',
    sizeLimit: integerOf(sizeLimit),
    timeLimit: integerOf(timeLimit),
    filter: filterText(filter),
    attributes: elementsOf(attributes.content).map(textOf),
    paged: parsePaged(controls),
  }
}

function parsePaged(controls: Element | undefined): SearchRequest['paged'] {
  for (const control of elementsOf(controls?.content ?? Buffer.alloc(0))) {
    const [oid, ...rest] = elementsOf(control.content)
    if (textAt(oid) !== PAGED_RESULTS) continue
    const critical = rest.some((part) => part.tag === TAG.boolean && part.content[0] !== 0)
    const value = rest.find((part) => part.tag === TAG.text)
    const [size, cookie] = elementsOf(elementsOf(value?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0))
    return { critical, size: size === undefined ? 0 : integerOf(size), cookie: textAt(cookie) }
  }
  return undefined
}

function textAt(part: Element | undefined): string {
  return part === undefined ? '' : textOf(part)
}

const COMPARISONS: Readonly<Record<number, string>> = { 0xa3: '=', 0xa5: '>=', 0xa6: '<=', 0xa8: '~=' }
const SETS: Readonly<Record<number, string>> = { 0xa0: '&', 0xa1: '|', 0xa2: '!' }

function filterText(filter: Element): string {
  const set = SETS[filter.tag]
  if (set !== undefined) return `(${set}${elementsOf(filter.content).map(filterText).join('')})`
  if (filter.tag === 0x87) return `(${textOf(filter)}=*)`
  const parts = elementsOf(filter.content)
  const comparison = COMPARISONS[filter.tag]
  if (comparison !== undefined) return `(${textAt(parts[0])}${comparison}${textAt(parts[1])})`
  if (filter.tag === 0xa4) return `(${textAt(parts[0])}=${substringText(parts[1])})`
  return `(${extensibleText(parts)})`
}

function substringText(parts: Element | undefined): string {
  const pieces = elementsOf(parts?.content ?? Buffer.alloc(0))
  const before = pieces[0]?.tag === 0x80 ? '' : '*'
  const after = pieces.at(-1)?.tag === 0x82 ? '' : '*'
  return before + pieces.map(textOf).join('*') + after
}

function extensibleText(parts: readonly Element[]): string {
  const named = (tag: number): string => textAt(parts.find((part) => part.tag === tag))
  return `${named(0x82)}:${named(0x81)}:=${named(0x83)}`
}

export function encodeEntry(id: number, dn: string, values: Values): Buffer {
  const attributes = Object.entries(values).map(([name, given]) => {
    const list = typeof given === 'string' || given instanceof Uint8Array ? [given] : given
    return sequence(text(name), element(TAG.set, ...list.map((value) => text(value))))
  })
  return encodeMessage(id, element(RESPONSE.entry, text(dn), sequence(...attributes)))
}

export function encodeReference(id: number, uris: readonly string[]): Buffer {
  return encodeMessage(id, element(RESPONSE.reference, ...uris.map((uri) => text(uri))))
}

export function encodeResult(id: number, kind: 'bind' | 'done' | 'extended', result: Result): Buffer {
  const { cookie, control } = result
  const body = element(RESPONSE[kind], ...resultParts(result))
  if (control !== undefined) {
    return encodeMessage(id, body, element(CONTROLS, sequence(text(control.oid), text(control.value))))
  }
  if (cookie === undefined) return encodeMessage(id, body)
  const value = sequence(integer(0), text(cookie))
  return encodeMessage(id, body, element(CONTROLS, sequence(text(PAGED_RESULTS), text(value))))
}

/** The server says unasked that it closes the connection. */
export function encodeDisconnection(code: number, message: string): Buffer {
  const parts = [...resultParts({ code, message }), text(NOTICE_OF_DISCONNECTION, 0x8a)]
  return encodeMessage(0, element(RESPONSE.extended, ...parts))
}

function resultParts({ code = 0, message = '', referrals = [] }: Result): Buffer[] {
  const parts = [integer(code, TAG.enumerated), text(''), text(message)]
  if (referrals.length > 0) parts.push(element(REFERRALS, ...referrals.map((uri) => text(uri))))
  return parts
}

function encodeMessage(id: number, ...parts: readonly Buffer[]): Buffer {
  return sequence(integer(id), ...parts)
}

/** The first whole message of `bytes`, and what follows it. */
export function takeMessage(bytes: Buffer): { message: Element; rest: Buffer } | undefined {
  const taken = takeElement(bytes)
  return taken === undefined ? undefined : { message: taken.element, rest: taken.rest }
}
