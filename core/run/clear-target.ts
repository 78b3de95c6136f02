/** Which set a person wants to empty. */
import { resourceType } from '../../schemas/resource-types.ts'
import type { CustomProperties } from '../../schemas/resource-type.ts'
import { UsageError } from '../errors.ts'
import type { ResourceSpec } from '../resource.ts'
import type { BaselineHead } from '../state/state.ts'
import { connectionOf } from '../vanta/connection.ts'
import { type LeftBehindOf, orphanedHeads } from './left-behind.ts'

/**
 * The resource itself, or a stand-in for a set that an old resource id of its application left behind.
 * @throws UsageError when there is no such set, or the resource's credentials do not reach it
 */
export async function clearTarget(of: LeftBehindOf, resourceId: string | undefined): Promise<ResourceSpec> {
  const { resource, settings } = of
  if (resourceId === undefined) return resource
  const owner = settings.resources.find((each) => each.resourceIds.includes(resourceId))
  if (owner !== undefined) throw stillConfigured(owner, resourceId)
  const heads = await orphanedHeads(of)
  const head = heads.find(({ target }) => target.resourceId === resourceId)
  if (head === undefined) throw notLeftBehind(of, resourceId, heads)
  if (head.target.connection !== connectionOf(resource.application.clientId)) throw ofAnotherApplication(of, head)
  return standIn(resource, head)
}

function standIn(resource: ResourceSpec, { target }: BaselineHead): ResourceSpec {
  const type = resourceType(target.type, propertiesOf(target.shape))
  if (type === undefined) throw new UsageError('unknown-type', `There is no resource type ${target.type}`)
  return { ...resource, type, resourceIds: [target.resourceId] }
}

/** What `targetOf` made one text of. */
function propertiesOf(shape: string): CustomProperties | undefined {
  if (shape === '') return undefined
  return Object.fromEntries(shape.split(',').map((each) => splitAtLast(each))) as CustomProperties
}

function splitAtLast(text: string): [string, string] {
  const colon = text.lastIndexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

function stillConfigured({ name }: ResourceSpec, resourceId: string): UsageError {
  return new UsageError('resource-id', `Resource id ${resourceId} is the one of ${name}, and was not left behind`, {
    hint: `vanta-sync clear ${name} empties it.`,
  })
}

function notLeftBehind({ resource }: LeftBehindOf, resourceId: string, heads: readonly BaselineHead[]): UsageError {
  const known = heads.map(({ target }) => target.resourceId)
  const hint =
    known.length === 0
      ? `Nothing is known to be left behind. A resource id that left the list of ${resource.name} is emptied by its next run.`
      : `Left behind: ${known.join(', ')}.`
  return new UsageError(
    'resource-id',
    `No set of ${resource.name} is known to be left behind under resource id ${resourceId}`,
    { hint },
  )
}

function ofAnotherApplication({ resource }: LeftBehindOf, { target }: BaselineHead): UsageError {
  return new UsageError(
    'other-application',
    `Resource id ${target.resourceId} was pushed with the credentials of another application than ${resource.application.name}, which cannot reach it`,
    {
      hint: `When that application still exists, put it into the configuration with a resource of this id, and clear that one. Else delete that one resource in Vanta's Developer Console; leave the application itself alone.`,
    },
  )
}
