import type { Proof, ReadContext, Row, Rows } from '../../core/connector.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { contradicts, type Control, readControl } from '../files/control.ts'
import { type FoundFile, findFiles } from '../files/find.ts'
import { type Fingerprint, modifiedAt, waitUntilSettled } from '../files/stable.ts'
import { differentColumns } from './header.ts'
import type { CsvOptions } from './options.ts'
import { type FileEnd, readCsvFile } from './read-file.ts'

type Context = ReadContext<CsvOptions>

interface ReadyFile {
  readonly file: FoundFile
  readonly settled: Fingerprint
  /** As text, why there is none. */
  readonly control: Control | string | undefined
}

/** Reads the file or files, and proves that they were whole and at rest. */
export async function* readCsv(context: Context): Rows {
  const found = await findFiles(context.options, context.log)
  const files: ReadyFile[] = []
  for (const file of found) files.push(await makeReady(file, context))
  const unproven = files.map((file) => file.control).filter((control) => typeof control === 'string')
  if (unproven.length > 0) return incomplete(files, unproven)
  const ends = yield* readAll(files, context)
  const faults = [...ends.flatMap((end) => end.faults), ...(await arrivals(found, context)), ...tooFew(ends, context)]
  return prove(ends, faults, files)
}

async function makeReady(file: FoundFile, { options, clock, signal }: Context): Promise<ReadyFile> {
  const settleMs = parseDuration(options.settle) ?? 0
  const settled = await waitUntilSettled(file.path, { settleMs, clock, signal })
  const control = options.control === undefined ? undefined : await readControl(file, options.control)
  return { file, settled, control }
}

async function* readAll(
  files: readonly ReadyFile[],
  context: Context,
): AsyncGenerator<readonly Row[], readonly FileEnd[], void> {
  const total = files.reduce((sum, { settled }) => sum + settled.size, 0)
  const ends: FileEnd[] = []
  let columns: readonly string[] | undefined
  let done = 0
  for (const { file, settled, control } of files) {
    const end = yield* readCsvFile({
      ...context,
      file,
      settled,
      announce(names) {
        if (columns === undefined) context.columns(names)
        columns ??= names
      },
      onBytes(bytes) {
        done += bytes
        context.progress(done, total, 'bytes')
      },
    })
    ends.push(judge(end, { control, columns: columns ?? [], context }))
  }
  return ends
}

interface Expected {
  readonly control: Control | string | undefined
  /** Of the first file. */
  readonly columns: readonly string[]
  readonly context: Context
}

/** What one file's end lacks that only other files can tell. */
function judge(end: FileEnd, { control, columns, context }: Expected): FileEnd {
  const faults = [...end.faults]
  const evidence = [...end.evidence]
  const different = differentColumns(end.columns, columns)
  if (different !== undefined) faults.push(`${end.source.name} has other columns than the first file: it ${different}`)
  // A file that was not read to its end has no hash, and needs no second reason.
  if (typeof control === 'object' && end.source.sha256 !== undefined) {
    const doubt = doubtOf(end, control, context.options.control?.extra ?? 0)
    if (doubt === undefined) evidence.push(`${control.name} agrees`)
    else faults.push(doubt)
  }
  return { ...end, faults, evidence }
}

function doubtOf(end: FileEnd, control: Control, extra: number): string | undefined {
  const { rows, source, closed } = end
  const contradiction = contradicts(control, { rows, sha256: source.sha256 ?? '' }, extra)
  if (contradiction !== undefined) return `${source.name} is not what was sent: ${contradiction}`
  if (control.holds === 'sha256' || closed || rows === 0) return undefined
  return `${source.name} ends without a line break: its last cell may be cut, and the count in ${control.name} cannot tell`
}

/** Files that came or went while the others were read: together they would be two halves of different sets. */
async function arrivals(found: readonly FoundFile[], { options, log }: Context): Promise<readonly string[]> {
  if (options.pick !== 'all') return []
  const now = await findFiles(options, log)
  const same = now.length === found.length && now.every((file, i) => file.path === found[i]?.path)
  return same ? [] : [`the files that match changed while they were read: ${found.length} before, ${now.length} after`]
}

function tooFew(ends: readonly FileEnd[], { options }: Context): readonly string[] {
  const rows = rowsOf(ends)
  const least = options.minRows ?? 0
  return rows >= least ? [] : [`read ${rows} rows, and minRows is ${least}`]
}

function prove(ends: readonly FileEnd[], faults: readonly string[], files: readonly ReadyFile[]): Proof {
  const said = [...new Set(ends.flatMap((end) => end.evidence))]
  const whole = [
    ends.length === 1
      ? 'file unchanged while read to its end'
      : `${ends.length} files unchanged while read to their ends`,
  ]
  const complete = faults.length === 0
  const evidence = complete ? [...whole, ...said].join(', ') : faults.join('; ')
  return { complete, rows: rowsOf(ends), asOf: oldest(files), evidence, files: ends.map((end) => end.source) }
}

function incomplete(files: readonly ReadyFile[], faults: readonly string[]): Proof {
  return { complete: false, rows: 0, asOf: oldest(files), evidence: faults.join('; ') }
}

function rowsOf(ends: readonly FileEnd[]): number {
  return ends.reduce((sum, end) => sum + end.rows, 0)
}

/** Several files are as old as the oldest of them. */
function oldest(files: readonly ReadyFile[]): Date {
  return new Date(Math.min(...files.map(({ settled }) => modifiedAt(settled).getTime())))
}
