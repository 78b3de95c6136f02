import type { ResourceType } from '../schemas/resource-type.ts'
import { resourceType } from '../schemas/resource-types.ts'
import { layered } from './layers.ts'
import type { Path } from './path.ts'
import { DEFAULT_GUARD, DEFAULT_POLICIES } from './schema-resource.ts'
import type { Names, WrittenConfig, WrittenGuard, WrittenPolicies, WrittenResource } from './written-config.ts'

/** A resource with the defaults laid under it, as far as it could be understood. */
export interface ResourceDraft {
  readonly name: string
  readonly path: Path
  readonly written: WrittenResource
  /** Name of an application that exists in the file. */
  readonly application: string | undefined
  readonly type: ResourceType | undefined
  readonly resourceIds: readonly string[]
  readonly policies: WrittenPolicies
  readonly guard: WrittenGuard
}

/** The configuration between its structure and its settings: what the rules judge. */
export interface Draft {
  readonly config: WrittenConfig
  readonly resources: readonly ResourceDraft[]
}

export function draftOf(config: WrittenConfig): Draft {
  const resources: ResourceDraft[] = []
  for (const [name, written] of Object.entries(config.resources ?? {})) {
    if (written !== undefined) resources.push(draftResource(config, name, written))
  }
  return { config, resources }
}

function draftResource(config: WrittenConfig, name: string, written: WrittenResource): ResourceDraft {
  const applications = Object.keys(config.applications ?? {})
  const only = applications.length === 1 ? applications[0] : undefined
  const application = written.application ?? only
  return {
    name,
    path: ['resources', name],
    written,
    application: application !== undefined && applications.includes(application) ? application : undefined,
    type: written.type === undefined ? undefined : resourceType(written.type, declared(written.customProperties)),
    resourceIds: written.resourceId?.filter((id) => id !== undefined) ?? [],
    policies: layered<WrittenPolicies>(DEFAULT_POLICIES, config.defaults, written),
    guard: layered<WrittenGuard>(DEFAULT_GUARD, config.defaults?.guard, written.guard),
  }
}

function declared<T>(properties: Names<T> | undefined): Readonly<Record<string, T>> | undefined {
  const entries = Object.entries(properties ?? {}).filter((entry): entry is [string, T] => entry[1] !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** Names of the connectors that feed a resource, those of joined sources too. */
export function connectorsOf({ written }: ResourceDraft): readonly (string | undefined)[] {
  return (written.from ?? []).flatMap((source) => [
    source?.connector,
    ...(source?.join ?? []).map((joined) => joined?.connector),
  ])
}
