/** Rows of a test as a source would give them. */
import type { Path } from '../../config/path.ts'
import type { Report } from '../../config/report.ts'
import type { Written, WrittenMap, WrittenScalar } from '../../config/written.ts'

export interface CellsAt {
  readonly report: Report
  readonly path: Path
  /** The source is a text file, whose cells are text whatever stands in them. */
  readonly isText: boolean
}

/** The fields of a row, on an object that inherits nothing. */
export function readCells(written: WrittenMap, at: CellsAt): Record<string, unknown> {
  const fields = Object.create(null) as Record<string, unknown>
  for (const { key, value } of written.entries) fields[key] = cellOf(value, { ...at, path: [...at.path, key] })
  return fields
}

function cellOf(written: Written, at: CellsAt): unknown {
  if (written.kind === 'scalar') return at.isText ? textOf(written) : valueOf(written)
  if (written.kind === 'broken') return undefined
  if (at.isText) {
    at.report.add({
      code: 'wrong-type',
      path: at.path,
      message: `is ${written.kind === 'list' ? 'a list' : 'an object'}, and the source is a text file`,
      expected: 'text, as the file has it',
      offset: written.offset,
    })
    return undefined
  }
  if (written.kind === 'list')
    return written.items.map((item, index) => cellOf(item, { ...at, path: [...at.path, index] }))
  return readCells(written, at)
}

function textOf({ value, text }: WrittenScalar): string {
  return value === null ? '' : text
}

/** A number that YAML would change (`0123`, `1.10`, an id of twenty digits) is meant as it was written. */
function valueOf({ value, text }: WrittenScalar): unknown {
  return typeof value === 'number' && String(value) !== text ? text : value
}
