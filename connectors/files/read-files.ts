/** What every read of files has in common: which files, whether they rest, whether they changed, what must agree. */
import type { CheckContext, Proof, ReadContext, Row, Rows, SourceFile } from '../../core/connector.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { differentColumns } from './columns.ts'
import { contradicts, type Control, readControl } from './control.ts'
import { type FileBody, type FileKind, openBody, type WholeFile } from './file-body.ts'
import { type FoundFile, findFiles } from './find.ts'
import type { FileOptions } from './options.ts'
import { openPlace } from './places/open.ts'
import type { Fingerprint, OpenFile, Place } from './places/place.ts'
import { describeChange, modifiedAt, waitUntilSettled } from './stable.ts'

export type { FileBody, LocalFile } from './file-body.ts'

/** What a file's end says of the whole. */
export interface BodyEnd {
  readonly rows: number
  /** In the file's order; undefined when there was not even a header, or rows have no common columns. */
  readonly columns: readonly string[] | undefined
  /** How it ended: for sure, or with a last row that may be cut without anybody noticing, or before its end. */
  readonly ending: 'closed' | 'open' | 'broken'
  /** What speaks against completeness; empty when nothing does. */
  readonly faults: readonly string[]
  /** What speaks for it. */
  readonly evidence: readonly string[]
  /**
   * The content itself says where it ends and that nothing is missing: a trailer with the count, the bracket that closes
   * a document. Needed where the bytes come without an end of their own, as from a pipe.
   */
  readonly hasEndMark?: boolean
}

/** The rows of one file, in batches. @throws OperatorError when it cannot be read at all */
export type ReadBody = (body: FileBody) => AsyncGenerator<readonly Row[], BodyEnd, void>

type Context = ReadContext<FileOptions>

const NO_END =
  'nothing says where the data ends, and a writer that died looks like one that is done: a trailer or an end line with the count would tell'

interface ReadyFile {
  readonly file: FoundFile
  readonly settled: Fingerprint
  /** As text, why there is none. */
  readonly control: Control | string | undefined
}

interface FileEnd extends BodyEnd {
  readonly source: SourceFile
}

/** Reads the file or files, and proves that they were whole and at rest. */
export async function* readFiles(context: Context, readBody: ReadBody, kind: FileKind = {}): Rows {
  const place = await openPlace(context)
  try {
    return yield* readFrom(place, { context, readBody, kind })
  } finally {
    await place.close()
  }
}

async function* readFrom(place: Place, reading: Reading): Rows {
  const { context } = reading
  const found = await findFiles(place, context.options, context.log)
  const files: ReadyFile[] = []
  for (const file of found) files.push(await makeReady(place, file, context))
  const unproven = files.map((file) => file.control).filter((control) => typeof control === 'string')
  if (unproven.length > 0) return incomplete(files, unproven)
  const ends = yield* readAll(place, files, reading)
  const faults = [
    ...ends.flatMap((end) => end.faults),
    ...(await arrivals(place, found, context)),
    ...tooFew(ends, context),
  ]
  return prove(ends, faults, files)
}

async function makeReady(place: Place, file: FoundFile, { options, clock, signal }: Context): Promise<ReadyFile> {
  const settleMs = parseDuration(options.settle ?? '') ?? place.settleMs
  const settled = await waitUntilSettled(file.path, { place, settleMs, clock, signal })
  const { control: spec } = options
  const control = spec === undefined ? undefined : await readControl(place, { data: file, spec, signal })
  return { file, settled, control }
}

interface Reading {
  readonly context: Context
  readonly readBody: ReadBody
  readonly kind: FileKind
}

async function* readAll(
  place: Place,
  files: readonly ReadyFile[],
  reading: Reading,
): AsyncGenerator<readonly Row[], readonly FileEnd[], void> {
  const { context } = reading
  const sizes = files.map(({ settled }) => settled.size)
  const total = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  const ends: FileEnd[] = []
  let columns: readonly string[] | undefined
  let done = 0
  for (const ready of files) {
    const end = yield* readFile(place, ready, {
      ...reading,
      announce(names) {
        if (columns === undefined) context.columns(names)
        columns ??= names
      },
      onBytes(bytes) {
        done += bytes
        context.progress(done, total, 'bytes')
      },
    })
    ends.push(judge(end, { control: ready.control, columns, context }))
  }
  return ends
}

interface OneFile extends Reading {
  announce(names: readonly string[]): void
  onBytes(bytes: number): void
}

async function* readFile(
  place: Place,
  { file, settled }: ReadyFile,
  how: OneFile,
): AsyncGenerator<readonly Row[], FileEnd, void> {
  const open = await place.open(file.path, how.context.signal)
  try {
    const opened = openBody({ ...how, file, open, baseName: place.nameOf(file.path) })
    try {
      const end = yield* how.readBody(opened.body)
      if (end.ending !== 'broken') await opened.finish()
      const whole = end.ending === 'broken' ? undefined : opened.whole()
      const changes = await changeSince(settled, { place, file, open })
      const faults = [...(changes.length > 0 ? changes : doubts(end, whole, open)), ...end.faults]
      return { ...concluded(end, whole, open), source: sourceOf(file, open, whole), faults }
    } finally {
      await opened.close()
    }
  } finally {
    await open.close()
  }
}

function sourceOf({ name }: FoundFile, { opened }: OpenFile, whole: WholeFile | undefined): SourceFile {
  const size = opened.size ?? whole?.bytes ?? 0
  return { name, size, modifiedAt: modifiedAt(opened), ...(whole === undefined ? {} : { sha256: whole.sha256 }) }
}

/** What the stored bytes leave open. A file that is broken anyway needs no second reason. */
function doubts(
  { ending, hasEndMark = false }: BodyEnd,
  whole: WholeFile | undefined,
  { opened, marksEnd }: OpenFile,
): readonly string[] {
  if (ending === 'broken') return []
  if (whole === undefined) return ['it was not read to its end']
  if (opened.size !== undefined && opened.size !== whole.bytes) {
    return [`it ended after ${whole.bytes} of ${opened.size} bytes`]
  }
  return marksEnd || hasEndMark ? [] : [NO_END]
}

function concluded(end: BodyEnd, whole: WholeFile | undefined, open: OpenFile): BodyEnd {
  const unpacked = (whole?.layers ?? []).map((layer) => `its ${layer} is whole`)
  return { ...end, evidence: [...end.evidence, ...unpacked, ...(open.evidence?.() ?? [])] }
}

interface Watch {
  readonly place: Place
  readonly file: FoundFile
  readonly open: OpenFile
}

/** By the open file and by its name: a writer appends to the one, or puts another file under the other. */
async function changeSince(before: Fingerprint, { place, file, open }: Watch): Promise<readonly string[]> {
  for (const seen of [open.opened, await open.now(), await place.fingerprint(file.path)]) {
    const change = seen === undefined ? undefined : describeChange(before, seen)
    if (change !== undefined) return [`${file.name} changed while it was read: ${change}`]
  }
  return []
}

interface Expected {
  readonly control: Control | string | undefined
  /** Of the first file. */
  readonly columns: readonly string[] | undefined
  readonly context: Context
}

/** What one file's end lacks that only other files can tell. */
function judge(end: FileEnd, { control, columns, context }: Expected): FileEnd {
  const faults = [...end.faults]
  const evidence = [...end.evidence]
  const different = differentColumns(end.columns ?? [], columns ?? [])
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
  const { rows, source, ending } = end
  const contradiction = contradicts(control, { rows, sha256: source.sha256 ?? '' }, extra)
  if (contradiction !== undefined) return `${source.name} is not what was sent: ${contradiction}`
  if (control.holds === 'sha256' || ending === 'closed' || rows === 0) return undefined
  return `${source.name} ends without a line break: its last cell may be cut, and the count in ${control.name} cannot tell`
}

/** Files that came or went while the others were read: together they would be two halves of different sets. */
async function arrivals(
  place: Place,
  found: readonly FoundFile[],
  { options, log }: CheckContext<FileOptions>,
): Promise<readonly string[]> {
  if (options.pick !== 'all') return []
  const now = await findFiles(place, options, log)
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
