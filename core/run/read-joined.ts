/**
 * A source with others joined to it. The joined ones are read and proven first, then the source itself; then both sides
 * are sorted by key on disk and laid beside each other, join by join, so that memory does not grow with either.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row } from '../connector.ts'
import type { JoinedRow } from '../join/join-sides.ts'
import { joinSides } from '../join/join-sides.ts'
import type { JoinCounts } from '../join/lay-beside.ts'
import { createLeftSide, type LeftSide } from '../join/left-side.ts'
import { createRightSide, type RightSide } from '../join/right-side.ts'
import type { JoinedRows, MappedRow, MappingPass } from '../mapping/mapping.ts'
import type { JoinSpec } from '../resource.ts'
import { type RowsRead, readRows } from './read-rows.ts'
import { type ReadRequest, readSource } from './read-source.ts'
import type { SourceOutcome } from './source-outcome.ts'

export interface JoinedRequest extends Omit<ReadRequest, 'onRow'> {
  onRow(row: Row, mapped: MappedRow, how: JoinedRow): void
}

/** Of each side of each join, in bytes. */
const MEMORY = 8 << 20

interface ReadRight {
  readonly spec: JoinSpec
  readonly side: RightSide
  readonly read: RowsRead
}

/**
 * Reads the source and what is joined to it, and hands each row on with what was found for it. The outcomes of the joined
 * sources come first, that of the source itself is the last.
 * @throws OperatorError, RetryLaterError (exit 12) when a read failed or is incomplete; ConfigError
 */
export async function readJoined(request: JoinedRequest): Promise<SourceOutcome[]> {
  const { source } = request
  const [first] = source.joins ?? []
  if (first === undefined) return [await readAlone(request)]
  const rights = await readRights(request)
  const pass = source.mapping.start({ now: request.now })
  const left = createLeftSide({ pass, spec: first, position: 0, folder: request.scratch, memory: MEMORY })
  const read = await readLeft(request, pass, left)
  const counts = await joinSides({ ...request, left, rights, pass, folder: request.scratch, memory: MEMORY })
  const outcomes = rights.map((right, i) => outcomeOf(right, source.name, counts[i]))
  return [...outcomes, { source: source.name, ...read, unusedColumns: pass.finish().unusedColumns }]
}

/**
 * The same for a look at the first rows of the source: it is left as soon as they are there, so nothing is proven. What
 * is joined to it is read whole.
 */
export async function peekJoined(request: JoinedRequest, limit: number): Promise<void> {
  const [first] = request.source.joins ?? []
  const enough = new AbortController()
  const shortened = { ...request, signal: AbortSignal.any([request.signal, enough.signal]) }
  let rows = 0
  const isEnough = (): boolean => {
    const isOver = rows >= limit
    rows++
    if (rows >= limit) enough.abort()
    return isOver
  }
  if (first === undefined) {
    const onRow: JoinedRequest['onRow'] = (...row) => (isEnough() ? undefined : request.onRow(...row))
    await untilAborted(enough, request, () => readAlone({ ...shortened, onRow }))
    return
  }
  const rights = await readRights(request)
  const pass = request.source.mapping.start({ now: request.now })
  const left = createLeftSide({ pass, spec: first, position: 0, folder: request.scratch, memory: MEMORY })
  const some: LeftSide = { ...left, add: (row) => (isEnough() ? undefined : left.add(row)) }
  await untilAborted(enough, request, () => readLeft(shortened, pass, some))
  await joinSides({ ...request, left, rights, pass, folder: request.scratch, memory: MEMORY })
}

async function untilAborted(
  enough: AbortController,
  { signal }: JoinedRequest,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!enough.signal.aborted || signal.aborted) throw error
  }
}

function readAlone(request: JoinedRequest): Promise<SourceOutcome> {
  const nothing: JoinedRows = new Map()
  let seq = 0
  return readSource({ ...request, onRow: (row, mapped) => request.onRow(row, mapped, { joined: nothing, seq: seq++ }) })
}

async function readRights(request: JoinedRequest): Promise<ReadRight[]> {
  await mkdir(request.scratch, { recursive: true, mode: 0o700 })
  const rights: ReadRight[] = []
  for (const [position, spec] of (request.source.joins ?? []).entries())
    rights.push(await readRight(request, spec, position))
  return rights
}

async function readRight(request: JoinedRequest, spec: JoinSpec, position: number): Promise<ReadRight> {
  const side = createRightSide({
    spec,
    reads: request.source.mapping.reads.get(spec.as) ?? [],
    now: request.now,
    folder: request.scratch,
    name: `right-${position}`,
    memory: MEMORY,
  })
  const read = await readRows({
    ...request,
    source: spec,
    scratch: join(request.scratch, `join-${position}`),
    onColumns: (names) => side.columns(names),
    onRow: (row) => side.add(row),
    onEnd: () => side.finish(),
  })
  return { spec, side, read }
}

async function readLeft(request: JoinedRequest, pass: MappingPass, left: LeftSide): Promise<RowsRead> {
  const read = await readRows({
    ...request,
    scratch: join(request.scratch, 'left'),
    onColumns(names) {
      const problems = pass.columns(names)
      if (problems.length === 0) request.onColumns?.(pass)
      return problems
    },
    onRow: (row) => left.add(row),
    onEnd: () => pass.finish().problems,
  })
  request.onColumns?.(pass)
  return read
}

const NOT_MET: JoinCounts = { matched: 0, missing: 0, ambiguous: 0, unused: 0 }

function outcomeOf({ spec, side, read }: ReadRight, to: string, counts = NOT_MET): SourceOutcome {
  const { withoutKey, faults } = side
  const outcome = { as: spec.as, to, ...counts, withoutKey, ...(faults === undefined ? {} : { faults }) }
  return { source: spec.name, ...read, unusedColumns: [], join: outcome }
}
