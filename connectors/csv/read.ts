import type { Proof, ReadContext, Row, Rows } from '../../core/connector.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { contradicts, type Control, readControl } from '../files/control.ts'
import { type FoundFile, findFiles } from '../files/find.ts'
import { type Fingerprint, modifiedAt, waitUntilSettled } from '../files/stable.ts'
import { differentColumns } from './header.ts'
import type { CsvOptions } from './options.ts'
import { type FileEnd, readCsvFile } from './read-file.ts'

type Context = ReadContext<CsvOptions>

interface SettledFile {
  readonly file: FoundFile
  readonly settled: Fingerprint
  readonly control: Control | undefined
}

/** Reads the file or files, and proves that they were whole and at rest. */
export async function* readCsv(context: Context): Rows {
  const found = await findFiles(context.options, context.log)
  const settled = await settleAll(found, context)
  const controls = await readControls(found, context.options)
  if (!Array.isArray(controls)) return incomplete(settled, controls)
  const files = found.map((file, i) => ({ file, settled: settled[i] as Fingerprint, control: controls[i] }))
  const { ends, faults } = yield* readAll(files, context)
  return prove(ends, [...faults, ...(await arrivals(found, context)), ...tooFew(ends, context.options)])
}
