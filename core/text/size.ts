/** Amounts of bytes as configurations write them. */

/** For the `pattern` of an option: a whole number with its unit, as in `500MiB`. */
export const SIZE_PATTERN = '^[1-9][0-9]{0,4}(MiB|GiB)$'

/** Bytes of a size that passed `SIZE_PATTERN`. */
export function parseSize(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('GiB') ? 1024 ** 3 : 1024 ** 2)
}
