/**
 * A staged item as one line of text: JSON values joined by tabs. JSON escapes control characters, so neither tab nor
 * line feed can occur inside a value.
 */
export interface Codec<T> {
  encode(item: T): string
  decode(line: string): T
  /** Rough size of the item in memory, in bytes. */
  weigh(item: T): number
}

export const textWeight = (text: string | undefined): number => (text === undefined ? 0 : text.length + 24)
