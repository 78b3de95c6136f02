import { createHash } from 'node:crypto'
import type { ResourceSpec, Settings } from '../resource.ts'
import type { Target } from '../state/state.ts'
import { connectionOf } from '../vanta/connection.ts'

/** What the state keeps of a resource id belongs to this. */
export function targetOf(settings: Settings, resource: ResourceSpec, resourceId: string): Target {
  return {
    baseUrl: settings.vanta.baseUrl,
    connection: connectionOf(resource.application.clientId),
    type: resource.type.name,
    resourceId,
    shape: shapeOf(resource),
  }
}

function shapeOf(resource: ResourceSpec): string {
  return Object.entries(resource.type.customProperties ?? {})
    .map(([name, kind]) => `${name}:${kind}`)
    .sort()
    .join(',')
}

/** What holds and health belong to: the resource as Vanta knows it, whatever the user calls it. */
export function scopeOf(settings: Settings, resource: ResourceSpec): string {
  return scopeOfIds(targetOf(settings, resource, ''), resource.resourceIds)
}

/** The same for a set that was pushed to these resource ids. */
export function scopeOfIds(
  { baseUrl, connection, type }: Pick<Target, 'baseUrl' | 'connection' | 'type'>,
  resourceIds: readonly string[],
): string {
  const first = [...resourceIds].sort()[0] ?? ''
  return createHash('sha256')
    .update(JSON.stringify([baseUrl, connection, type, first]))
    .digest('hex')
    .slice(0, 32)
}
