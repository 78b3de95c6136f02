/** What the records of a resource may refer to: the components that were planned just now, or that Vanta holds. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceSpec } from '../resource.ts'
import type { VantaClient } from '../vanta/client.ts'
import { type ComponentIndex, componentsOfBaseline, componentsOfPlan } from './components.ts'
import { type Fate, warn } from './fate.ts'
import { loadBaseline } from './load-baseline.ts'
import type { Prepared } from './prepare.ts'

export interface ComponentSources {
  /** What was planned of a resource earlier in this run. */
  planned(resource: ResourceSpec): Prepared | undefined
  client(): Promise<VantaClient>
}

/** Undefined when the type refers to none, or, with a warning, when nobody can say which there are. */
export async function findComponents(fate: Fate, sources: ComponentSources): Promise<ComponentIndex | undefined> {
  const { resource, settings } = fate.context
  const { pushAfter } = resource.type
  if (pushAfter === undefined) return undefined
  const all = settings.resources.filter(
    ({ type, application }) => type.name === pushAfter && application === resource.application,
  )
  if (all.length === 0) {
    warn(
      fate,
      'no-components',
      `${resource.name} refers to ${pushAfter} records, and no such resource is configured for ${resource.application.name}: the references cannot be checked`,
    )
    return undefined
  }
  const ids = new Set<string>()
  for (const other of all) {
    const here = sources.planned(other)
    const known = here === undefined ? await heldComponents(fate, other, sources) : componentsOfPlan(here.plan)
    for (const id of known) ids.add(id)
  }
  return { where: all.map(({ name }) => name).join(', '), has: (id) => ids.has(id) }
}

async function heldComponents(
  { context, requests }: Fate,
  other: ResourceSpec,
  { client }: ComponentSources,
): Promise<Set<string>> {
  const folder = join(context.folder, other.name.replaceAll(/[^\w-]/g, '_'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return componentsOfBaseline(
    await loadBaseline({ ...context, resource: other, folder, now: context.startedAt, requests, client }),
  )
}
