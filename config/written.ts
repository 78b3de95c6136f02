/** What the file says, before anybody decides what it means. Aliases and merge keys are already followed. */
export type Written = WrittenScalar | WrittenMap | WrittenList | Broken

export interface WrittenScalar {
  readonly kind: 'scalar'
  /** As YAML 1.2 reads it: text, number, true or false, null. */
  readonly value: unknown
  /** As it was written, `0123` and `1e5` included; of quoted and block text what the quotes hold. */
  readonly text: string
  readonly offset: number
}

export interface WrittenMap {
  readonly kind: 'map'
  /** Each key once, in the order of the file, merged ones last. */
  readonly entries: readonly WrittenEntry[]
  readonly offset: number
}

export interface WrittenEntry {
  readonly key: string
  readonly keyOffset: number
  readonly value: Written
}

export interface WrittenList {
  readonly kind: 'list'
  readonly items: readonly Written[]
  readonly offset: number
}

/** Something that was reported when the file was parsed, and is not judged again. */
export interface Broken {
  readonly kind: 'broken'
  readonly offset: number
}
