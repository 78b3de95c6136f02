/** A mapping test, read and matched with the configuration. Places are `vanta.tests.yaml:12:5`. */
import type { Row } from '../../core/connector.ts'
import type { ResourceSpec } from '../../core/resource.ts'

export interface MappingTest {
  readonly name: string
  readonly at: string
  readonly resource: ResourceSpec
  /** Undefined: the time of the test. */
  readonly now: number | undefined
  readonly feeds: readonly Feed[]
  /** Undefined: nobody looks at them. */
  readonly records: readonly ExpectedRecord[] | undefined
  readonly exact: boolean
  readonly problems: readonly ExpectedProblem[]
}

/** What one source of the resource gives. */
export interface Feed {
  /** Of a source of the resource. */
  readonly source: string
  readonly rows: readonly Row[]
  /** By the names of joined sources in expressions. */
  readonly joined: ReadonlyMap<string, readonly Row[]>
}

export interface ExpectedRecord {
  readonly at: string
  readonly fields: ReadonlyMap<string, ExpectedField>
}

export interface ExpectedField {
  readonly at: string
  readonly value: unknown
}

export interface ExpectedProblem {
  readonly at: string
  readonly field: string
  readonly code?: string
  readonly message?: string
  /** Place of the row that has it. */
  readonly row?: string
}
