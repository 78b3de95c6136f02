/** The records that a test expects. */
import type { Path } from '../../config/path.ts'
import { type Reading, settle } from '../../config/reading.ts'
import { fieldForm, readMapping } from '../../config/read-map.ts'
import type { WrittenMap } from '../../config/written.ts'
import { nearestName } from '../../core/text/nearest.ts'
import type { ResourceType } from '../../schemas/resource-type.ts'
import type { ExpectedField, ExpectedRecord } from './mapping-test.ts'

interface ExpectedAt {
  readonly reading: Reading
  readonly type: ResourceType
  readonly path: Path
  /** `vanta.tests.yaml:12:5`. */
  readonly placeOf: (offset: number) => string
}

/** Values are read as a mapping's constants are: text as it was written where the field is text. */
export async function readExpectedRecord(
  written: WrittenMap,
  { reading, type, path, placeOf }: ExpectedAt,
): Promise<ExpectedRecord> {
  const values = readMapping(reading, written, type, path)
  await settle(reading)
  const fields = new Map<string, ExpectedField>()
  for (const { key, keyOffset, value } of written.entries) {
    if (fieldForm(type.form, key) === undefined) {
      if (!key.startsWith('x-')) reportUnknown({ reading, type, path: [...path, key] }, keyOffset)
      continue
    }
    fields.set(key, { at: placeOf(value.kind === 'scalar' ? value.offset : keyOffset), value: values[key] ?? null })
  }
  if (written.entries.length === 0)
    reading.report.add({ code: 'no-expectation', path, message: 'names no field', expected: 'at least one' })
  return { at: placeOf(written.offset), fields }
}

function reportUnknown({ reading, type, path }: Pick<ExpectedAt, 'reading' | 'type' | 'path'>, offset: number): void {
  const key = String(path.at(-1))
  const known = [...type.fieldNames, ...Object.keys(type.customProperties ?? {})]
  const nearest = nearestName(key, known)
  reading.report.add({
    code: 'unknown-key',
    path,
    message: `a record of ${type.name} has no such field`,
    expected: nearest === undefined ? `one of ${known.join(', ')}` : undefined,
    nearest,
    offset,
  })
}
