/** Where text cannot be read on. Offsets are bytes from the start of the file, the first being 0. */
export type TextFault =
  /** Bytes that the encoding does not have; `sample` begins with them. */
  | { readonly kind: 'bytes'; readonly offset: number; readonly sample: Buffer }
  /** The file ends within a character. */
  | { readonly kind: 'cut'; readonly offset: number }
  /** A zero byte: binary data, or a hole that a crash left. */
  | { readonly kind: 'zero'; readonly offset: number }

/** Takes the file's bytes piece by piece, in order; `last` with the final piece, which may be empty. */
export type Decoder = (bytes: Buffer, last: boolean) => Buffer | TextFault
