/** A file of mapping tests after its structure was checked. What was wrong is undefined, and has been reported. */
import type { Names } from '../../config/written-config.ts'
import type { WrittenMap } from '../../config/written.ts'

export interface WrittenTestFile {
  readonly resource?: string | undefined
  readonly now?: string | undefined
  readonly tests?: readonly (WrittenTest | undefined)[] | undefined
}

export interface WrittenFeed {
  readonly source?: string | undefined
  readonly rows?: readonly (WrittenMap | undefined)[] | undefined
  readonly joined?: Names<readonly (WrittenMap | undefined)[]> | undefined
}

export interface WrittenTest extends WrittenFeed {
  readonly name?: string | undefined
  readonly resource?: string | undefined
  readonly now?: string | undefined
  readonly from?: readonly (WrittenFeed | undefined)[] | undefined
  readonly records?: readonly (WrittenMap | undefined)[] | undefined
  readonly exact?: boolean | undefined
  readonly problems?: readonly (WrittenProblem | undefined)[] | undefined
}

export interface WrittenProblem {
  readonly field?: string | undefined
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly row?: number | undefined
}
