/** Active Directory gives long attributes in pieces: `member;range=0-1499`. */
import { OperatorError } from '../../core/errors.ts'
import type { Channel } from './channel.ts'
import { baseName, type HoldsBytes, type Value } from './entry.ts'
import { parseFilter } from './filter.ts'
import { CODE } from './result.ts'
import { sayResult } from './failure.ts'
import { searchOnce } from './search.ts'

export interface Range {
  /** Without the range. */
  readonly attribute: string
  readonly first: number
  /** Where the next piece begins; undefined when this is the last. */
  readonly next: number | undefined
}

/** The range in an attribute's description; undefined when it has none. */
export function rangeOf(type: string): Range | undefined {
  const match = /^([^;]+);range=(\d+)-(\*|\d+)$/i.exec(type)
  if (match === null) return undefined
  const [, attribute = '', first = '', last = ''] = match
  return { attribute, first: Number(first), next: last === '*' ? undefined : Number(last) + 1 }
}

export interface RangeStart {
  readonly dn: string
  readonly attribute: string
  readonly from: number
  readonly holdsBytes?: HoldsBytes
}

/**
 * The values from `from` to the end, piece by piece.
 * @throws OperatorError when a piece cannot be had: without it the list would look shorter than it is
 */
export async function followRanges(channel: Channel, start: RangeStart): Promise<readonly Value[]> {
  const values: Value[] = []
  let from: number | undefined = start.from
  while (from !== undefined) {
    const piece = await readPiece(channel, start, from)
    values.push(...piece.values)
    from = piece.next
  }
  return values
}

interface Piece {
  readonly values: readonly Value[]
  readonly next: number | undefined
}

async function readPiece(channel: Channel, start: RangeStart, from: number): Promise<Piece> {
  const { dn, attribute, holdsBytes } = start
  const { found, result } = await searchOnce(channel, {
    base: dn,
    scope: 'base',
    filter: parseFilter('(objectClass=*)'),
    attributes: [`${attribute};range=${from}-*`],
    timeLimit: 0,
    ...(holdsBytes === undefined ? {} : { holdsBytes }),
  })
  if (result.code !== CODE.success) throw broken(attribute, from, sayResult(result))
  // The answer may hold a filler beside the values: the name as it was asked for, and nothing in it.
  const pieces = (found[0]?.attributes ?? []).filter(
    ({ type, values }) => baseName(type) === attribute.toLowerCase() && values.length > 0,
  )
  const [piece, ...others] = pieces
  if (others.length > 0) throw broken(attribute, from, 'the answer holds several pieces')
  if (piece === undefined) throw broken(attribute, from, 'the piece is missing')
  const range = rangeOf(piece.type)
  if (range === undefined || range.first !== from) throw broken(attribute, from, 'the answer is another piece')
  if (range.next !== undefined && range.next <= from) throw broken(attribute, from, 'the pieces do not go on')
  return { values: piece.values, next: range.next }
}

function broken(attribute: string, from: number, why: string): OperatorError {
  return new OperatorError(
    'ldap-range',
    `the values of ${attribute} from number ${from} on could not be read: ${why}`,
    {
      hint: 'The list was longer than the server gives at once. The next run tries again.',
    },
  )
}
