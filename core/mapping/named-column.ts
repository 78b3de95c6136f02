export type Path = readonly (string | number)[]

/** A column that the mapping names, and where. */
export interface NamedColumn {
  readonly column: string
  readonly path: Path
  /** The whole expression, when it is one. */
  readonly expression?: string
  /** Name of the joined source that it is a column of; absent for the source's own. */
  readonly join?: string
}
