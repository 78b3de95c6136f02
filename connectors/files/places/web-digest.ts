/** Checksums that a server names beside a file. */
import { createHash } from 'node:crypto'
import { OperatorError } from '../../../core/errors.ts'
import { isEncoded } from './web-print.ts'

/** RFC 9530, RFC 3230 and S3: header, and where in it the SHA-256 stands in base64. */
const PLACES: readonly (readonly [string, RegExp])[] = [
  ['repr-digest', /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/],
  ['content-digest', /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/],
  ['digest', /(?:^|,)\s*sha-256=([A-Za-z0-9+/]{43}=)/i],
  ['x-amz-checksum-sha256', /^([A-Za-z0-9+/]{43}=)$/],
]

export interface DigestCheck {
  /** Whether the server names a SHA-256. */
  readonly isNamed: boolean
  add(piece: Buffer): void
  /** @throws OperatorError `file-checksum` when the pieces are not what the server named */
  end(): void
}

/** @param where address of the file, for messages */
export function createDigestCheck(headers: Headers, where: string): DigestCheck {
  const named = namedDigests(headers)
  const hash = createHash('sha256')
  return {
    isNamed: named.length > 0,
    add: (piece) => void hash.update(piece),
    end() {
      if (named.length === 0) return
      const own = hash.digest('base64')
      for (const { header, digest } of named) if (digest !== own) throw mismatch(where, header)
    },
  }
}

function namedDigests(headers: Headers): readonly { header: string; digest: string }[] {
  // They are of the encoded bytes, which are not to be had.
  if (isEncoded(headers)) return []
  return PLACES.flatMap(([header, pattern]) => {
    const digest = pattern.exec(headers.get(header)?.trim() ?? '')?.[1]
    return digest === undefined ? [] : [{ header, digest }]
  })
}

function mismatch(where: string, header: string): OperatorError {
  return new OperatorError(
    'file-checksum',
    `${where} is not what its server names: its SHA-256 is not the one in ${header}`,
    {
      hint: 'It was damaged on its way or in a cache, or replaced while it was read. If it stays so, ask whoever runs the server.',
    },
  )
}
