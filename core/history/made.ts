/** What a run is made with besides the data: program, configuration, mapping, connector modules. */
import { createHash } from 'node:crypto'
import type { ReadableSource, ResourceSpec, Settings } from '../resource.ts'
import type { Made, State } from '../state/state.ts'

export type MadeChange = 'tool' | 'config' | 'mapping' | 'module'

/** Since the run that Vanta's set is from; the last one that there was when none was pushed. */
export interface ChangedSince {
  readonly run: string
  readonly what: readonly MadeChange[]
}

export function madeOf(settings: Pick<Settings, 'hash'>, { sources }: ResourceSpec, tool: string): Made {
  const uses = sources.flatMap((source): ReadableSource[] => [source, ...(source.joins ?? [])])
  return {
    tool,
    config: settings.hash,
    mapping: digest(sources.map(({ name, mappingHash }) => [name, mappingHash])),
    module: digest(uses.map(({ name, connector, moduleHash }) => [name, connector.name, moduleHash])),
  }
}

/** Undefined when nothing changed, or nobody knows. */
export async function changedSince(
  { runs }: Pick<State, 'runs'>,
  scope: string,
  now: Made,
): Promise<ChangedSince | undefined> {
  const { last, success } = (await runs.latest([scope])).get(scope) ?? {}
  const before = success ?? last
  if (before?.made === undefined) return undefined
  const what = changesBetween(before.made, now)
  return what.length === 0 ? undefined : { run: before.runId, what }
}

const PARTS = ['tool', 'config', 'mapping', 'module'] as const

export function changesBetween(before: Made, now: Made): MadeChange[] {
  return PARTS.filter((part) => before[part] !== now[part])
}

function digest(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}
