/** Runs a mapping test through the very steps of a run, from the rows to the records that a plan would compare. */
import { mkdir } from 'node:fs/promises'
import { systemClock } from '../../core/clock.ts'
import { silentLog } from '../../core/log.ts'
import type { Transport } from '../../core/network/transport.ts'
import type { Settings } from '../../core/resource.ts'
import { gather } from '../../core/run/gather.ts'
import type { VantaRecord } from '../../schemas/resource-type.ts'
import { fedResource } from './fed-resource.ts'
import type { MappingTest } from './mapping-test.ts'

export interface Outcome {
  /** Valid ones, in the order of the rows. */
  readonly records: readonly OutRecord[]
  readonly problems: readonly OutProblem[]
  /** Columns of the rows that feed nothing. */
  readonly unusedColumns: readonly string[]
}

export interface OutRecord {
  readonly uniqueId: string
  /** The place of its first row. */
  readonly at: string
  readonly record: VantaRecord
}

export interface OutProblem {
  readonly at: string
  readonly uniqueId: string | undefined
  readonly field: string
  readonly code: string
  readonly message: string
}

export interface TestRun {
  readonly settings: Settings
  readonly signal: AbortSignal
  /** For scratch files of this test alone. */
  readonly folder: string
}

const NO_NETWORK: Transport = {
  fetch: () => Promise.reject(new Error('a mapping test has no network')),
}

/** @throws what fails the sources, such as two columns that feed one field */
export async function runMappingTest(test: MappingTest, { settings, signal, folder }: TestRun): Promise<Outcome> {
  await mkdir(folder, { recursive: true })
  const now = test.now ?? systemClock.now()
  const { candidates, withoutId, sources } = await gather({
    settings,
    transport: NO_NETWORK,
    clock: { ...systemClock, now: () => now },
    log: silentLog,
    signal,
    emit: () => undefined,
    resource: fedResource(test.resource, test.feeds),
    startedAt: now,
    runId: 'mapping-test',
    folder,
  })
  const records: OutRecord[] = []
  const problems: OutProblem[] = []
  for (const { uniqueId, at, body, problems: found } of candidates) {
    if (found.length === 0) records.push({ uniqueId, at, record: JSON.parse(body) as VantaRecord })
    for (const problem of found) problems.push({ ...problem, at: problem.at ?? at, uniqueId })
  }
  for (const { at, problems: found } of withoutId) {
    for (const problem of found) problems.push({ ...problem, at: problem.at ?? at, uniqueId: undefined })
  }
  const order = rowOrder(test)
  const byRow = (a: { at: string }, b: { at: string }): number => order(a.at) - order(b.at)
  const unusedColumns = [...new Set(sources.flatMap((source) => source.unusedColumns))]
  return { records: records.sort(byRow), problems: problems.sort(byRow), unusedColumns }
}

function rowOrder({ feeds }: MappingTest): (at: string) => number {
  const places = feeds.flatMap(({ rows }) => rows.map(({ at }) => at))
  return (at) => places.indexOf(at)
}
