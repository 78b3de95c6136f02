/** What the headers of an answer say of the file. */
import { type Clock, SECOND } from '../../../core/clock.ts'
import type { Fingerprint } from './place.ts'

/**
 * A file without a time was made as it was asked for. So was one that is dated the very moment and has no ETag: the
 * next answer will be dated anew.
 */
export function printOf(headers: Headers, clock: Clock): Fingerprint {
  const identity = headers.get('etag')?.trim().replace(/^W\//, '') ?? ''
  const toldMs = parseDate(headers.get('date')) ?? clock.now()
  const modifiedMs = parseDate(headers.get('last-modified'))
  const isMadeNow = identity === '' && modifiedMs !== undefined && Math.abs(toldMs - modifiedMs) <= SECOND
  const modifiedNs = modifiedMs === undefined || isMadeNow ? undefined : BigInt(modifiedMs) * 1_000_000n
  return { size: lengthOf(headers), modifiedNs, identity, toldMs }
}

/** Whether a cut could be noticed: by the length, or by the last chunk. Old servers just close the connection. */
export function hasMarkedEnd(headers: Headers): boolean {
  return headers.has('content-length') || /\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')
}

export function isEncoded(headers: Headers): boolean {
  return !/^(identity)?$/i.test(headers.get('content-encoding')?.trim() ?? '')
}

/** Of the file as it is stored; an encoded answer has another length. */
function lengthOf(headers: Headers): number | undefined {
  const text = headers.get('content-length')?.trim() ?? ''
  return isEncoded(headers) || !/^\d{1,15}$/.test(text) ? undefined : Number(text)
}

function parseDate(text: string | null): number | undefined {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? undefined : at
}
