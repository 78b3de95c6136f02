/** All sources of a resource, read to their proven end, and the candidates for the snapshot that their rows become. */
import { join } from 'node:path'
import type { Row } from '../connector.ts'
import type { JoinedRows, MappedRow } from '../mapping/mapping.ts'
import type { RowsWithoutId } from '../plan/plan-input.ts'
import type { Candidate, PlacedProblem } from '../plan/candidate.ts'
import { mergedCandidates, type MergeRules } from '../plan/merge.ts'
import { jsonCodec } from '../plan/plan.ts'
import { sortById } from '../plan/sort-by-id.ts'
import { compareStagedRows, type StagedRow, stagedRowCodec } from '../plan/staged-row.ts'
import type { SourceSpec } from '../resource.ts'
import { createSorter, type Sorter } from '../stage/sorter.ts'
import { createSpool, type Spool } from '../stage/spool.ts'
import type { ResourceContext } from './context.ts'
import { createFedFields, type FedFields } from './fed-fields.ts'
import { readJoined } from './read-joined.ts'
import type { JoinOutcome, SourceOutcome } from './source-outcome.ts'

/** For rows that wait to be sorted. What was written out is garbage for a while, so the heap grows to a few times this. */
const MEMORY = 12 << 20

/** What reading takes; nothing of Vanta, and no state. */
export type GatherContext = Omit<ResourceContext, 'state'>

export interface Gathered {
  /** Ordered by code point of the id, one an id. */
  readonly candidates: Iterable<Candidate>
  readonly withoutId: RowsWithoutId
  /** Of the sources that decide who exists; rows of joined ones are not among them. */
  readonly rows: { readonly read: number; readonly blank: number }
  /** In the order in which they were read: what is joined to a source stands before it. */
  readonly sources: readonly SourceOutcome[]
}

interface Staged {
  readonly sorter: Sorter<StagedRow>
  readonly withoutId: Spool<{ at: string; problems: readonly PlacedProblem[] }>
  blank: number
  read: number
}

export async function gather(context: GatherContext): Promise<Gathered> {
  const staged = stage(context)
  const sources = await readAll(context, staged)
  const candidates = await merged(context, staged)
  staged.withoutId.seal()
  const { withoutId, read, blank } = staged
  return { candidates, withoutId, rows: { read, blank }, sources }
}

function stage({ folder }: GatherContext): Staged {
  const sorter = createSorter({
    folder,
    name: 'rows',
    codec: stagedRowCodec,
    compare: compareStagedRows,
    memory: MEMORY,
  })
  const codec = jsonCodec<{ at: string; problems: readonly PlacedProblem[] }>(400)
  const withoutId = createSpool({ path: join(folder, 'without-id'), codec, memory: MEMORY / 16 })
  return { sorter, withoutId, blank: 0, read: 0 }
}

async function readAll(context: GatherContext, staged: Staged): Promise<SourceOutcome[]> {
  const { sources, name } = context.resource
  const fed = createFedFields(sources.length, name)
  const outcomes: SourceOutcome[] = []
  for (const index of sources.keys()) {
    const read = await readOne(context, { index, staged, fed })
    for (const outcome of read) tell(context, outcome)
    staged.read += read.at(-1)?.rows ?? 0
    staged.blank += read.at(-1)?.blank ?? 0
    outcomes.push(...read)
  }
  return outcomes
}

async function readOne(
  context: GatherContext,
  { index, staged, fed }: { index: number; staged: Staged; fed: FedFields },
): Promise<SourceOutcome[]> {
  const { resource, settings, clock, log, signal, startedAt, transport, folder, emit } = context
  const source = resource.sources[index]
  if (source === undefined) return []
  return readJoined({
    source,
    now: startedAt,
    timeoutMs: resource.timeoutMs,
    ...(resource.maxDataAgeMs === undefined ? {} : { maxDataAgeMs: resource.maxDataAgeMs }),
    clock,
    log,
    transport,
    zone: settings.zone,
    scratch: join(folder, `source-${index}`),
    signal,
    onColumns: (pass) => fed.note(index, pass.unfed()),
    onProgress: (done, total, unit) =>
      emit({
        kind: 'progress',
        resource: resource.name,
        stage: 'read',
        done,
        unit,
        ...(total === undefined ? {} : { total }),
      }),
    onRow: (row, mapped, { joined, seq }) =>
      addRow(staged, { at: row.at, mapped, index, seq, group: groupOf(source, row, joined) }),
  })
}

interface ReadRow {
  readonly at: string
  readonly mapped: MappedRow
  readonly index: number
  readonly seq: number
  readonly group: string | undefined
}

function addRow({ sorter, withoutId }: Staged, { at, mapped, index, seq, group }: ReadRow): void {
  const { uniqueId, key, record, problems } = mapped
  if (uniqueId === undefined && key === undefined) withoutId.add({ at, problems: unnamed(problems) })
  else
    sorter.add({
      uniqueId: uniqueId ?? '',
      source: index,
      seq,
      at,
      body: JSON.stringify(record),
      problems,
      ...(key === undefined ? {} : { key }),
      ...(group === undefined ? {} : { group }),
    })
}

/** Where a key may say who it is, a row without an id has no problem of its own yet. */
function unnamed(problems: readonly PlacedProblem[]): readonly PlacedProblem[] {
  if (problems.length > 0) return problems
  const message = 'the row has neither a uniqueId nor a key; expected one of them'
  return [{ code: 'missing', field: 'uniqueId', message }]
}

function groupOf({ groupBy }: SourceSpec, { fields }: Row, joined: JoinedRows): string | undefined {
  if (groupBy === undefined) return undefined
  const dot = groupBy.indexOf('.')
  const other = joined.get(groupBy.slice(0, Math.max(dot, 0)))
  return textOf(other === undefined ? fields[groupBy] : other[groupBy.slice(dot + 1)])
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).trim()
  return text === '' ? undefined : text
}

async function merged({ resource, folder, signal }: GatherContext, staged: Staged): Promise<Iterable<Candidate>> {
  const mappings = resource.sources.map(({ mapping }) => mapping)
  const rules: MergeRules = {
    policy: resource.merge,
    ...(mappings.some(({ givesParts }) => givesParts) ? { partsOf: resource.type } : {}),
  }
  const candidates = mergedCandidates(await staged.sorter.sorted(signal), rules)
  if (!mappings.some(({ hasKey }) => hasKey)) return candidates
  return sortById(candidates, {
    folder,
    memory: MEMORY,
    signal,
    withoutId: ({ at, problems }) => staged.withoutId.add({ at, problems }),
  })
}

function keyless(source: string, { rows, message }: NonNullable<JoinOutcome['faults']>): string {
  const [noun, verb] = rows === 1 ? ['row', 'matches'] : ['rows', 'match']
  return `${rows} ${noun} of ${source} ${verb} nobody for want of a key. The first: ${message}`
}

function tell({ emit, resource }: GatherContext, outcome: SourceOutcome): void {
  const { source, rows, proof, unusedColumns, join: joined } = outcome
  emit({ kind: 'source-read', resource: resource.name, source, rows, evidence: proof.evidence })
  const warn = (code: string, message: string): void =>
    emit({ kind: 'warning', resource: resource.name, code, message })
  if (unusedColumns.length > 0)
    warn('unused-columns', `Columns of ${source} that feed nothing: ${unusedColumns.join(', ')}`)
  if (joined?.faults !== undefined) warn('join-key', keyless(source, joined.faults))
}
