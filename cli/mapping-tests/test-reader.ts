import type { Reading } from '../../config/reading.ts'
import type { Settings } from '../../core/resource.ts'

/** What all readers of one file of tests share. */
export interface TestReader {
  readonly reading: Reading
  readonly settings: Settings
  /** `vanta.tests.yaml:12:5`. */
  readonly placeOf: (offset: number) => string
}
