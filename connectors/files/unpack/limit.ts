import { OperatorError } from '../../../core/errors.ts'
import { parseSize } from '../../../core/text/size.ts'

export interface Limit {
  /** Most bytes of content, unpacked. */
  readonly bytes: number
  /** As it was written: `2GiB`. */
  readonly text: string
}

/** @param text as the schema of `maxUnpacked` permits it */
export function parseLimit(text: string): Limit {
  return { bytes: parseSize(text), text }
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
