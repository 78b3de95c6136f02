/** How a schedule's times are found among instants. */
export interface Reading {
  /** The first slot after the instant; undefined when there is none for more than forty years. */
  next(after: number): number | undefined
  /** The last slot up to the instant, itself included. */
  last(until: number): number | undefined
}
