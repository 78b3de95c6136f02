/** One source of a resource: its rows, mapped as they come. */
import type { Row } from '../connector.ts'
import type { MappedRow, MappingPass, MappingProblem } from '../mapping/mapping.ts'
import type { SourceSpec } from '../resource.ts'
import { type ReadSettings, readRows } from './read-rows.ts'
import type { SourceOutcome } from './source-outcome.ts'

export interface ReadRequest extends ReadSettings {
  readonly source: SourceSpec
  onRow(row: Row, mapped: MappedRow): void
  /** Called as soon as the columns are known, or never. @throws what fails the read */
  onColumns?(pass: MappingPass): void
}

/**
 * Reads one source to its end and hands each mapped row on. Resolves only when the source proved itself complete.
 * Sources that are joined to it are not looked at: that is `readJoined`.
 * @throws OperatorError, RetryLaterError (exit 12) when the read failed or is incomplete; ConfigError
 */
export async function readSource(request: ReadRequest): Promise<SourceOutcome> {
  const { source } = request
  const pass = source.mapping.start({ now: request.now })
  const read = await readRows({
    ...request,
    onColumns: (names) => announce(names, pass, request),
    onRow: (row) => request.onRow(row, pass.map(row)),
    onEnd: () => pass.finish().problems,
  })
  request.onColumns?.(pass)
  return { source: source.name, ...read, unusedColumns: pass.finish().unusedColumns }
}

function announce(names: readonly string[], pass: MappingPass, request: ReadRequest): readonly MappingProblem[] {
  const problems = pass.columns(names)
  if (problems.length === 0) request.onColumns?.(pass)
  return problems
}
