import { OperatorError } from '../../../core/errors.ts'

const UNITS: Readonly<Record<string, number>> = { MiB: 1024 ** 2, GiB: 1024 ** 3 }

export interface Limit {
  /** Most bytes of content, unpacked. */
  readonly bytes: number
  /** As it was written: `2GiB`. */
  readonly text: string
}

/** @param text as the schema of `maxUnpacked` permits it */
export function parseLimit(text: string): Limit {
  const unit = text.slice(-3)
  return { bytes: Number.parseInt(text, 10) * (UNITS[unit] ?? 1), text }
}

/** The pieces as they are, until they are too many: a small archive can hold more than any disk. */
export async function* limited<T extends Uint8Array>(
  pieces: AsyncIterable<T>,
  limit: Limit,
  name: string,
): AsyncGenerator<T, void, void> {
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes > limit.bytes) throw tooLarge(name, limit)
    yield piece
  }
}

export function tooLarge(name: string, { text }: Limit): OperatorError {
  return new OperatorError('content-too-large', `${name} has more than ${text} of content`, {
    hint: 'Raise `maxUnpacked` if that size is right.',
  })
}
