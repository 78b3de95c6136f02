/** Sets that a changed resource id, or a recreated application, left in Vanta: orphaned and active, nobody empties them. */
import type { ResourceSpec, Settings } from '../resource.ts'
import type { BaselineHead, State } from '../state/state.ts'
import { connectionOf } from '../vanta/connection.ts'
import { scopeOfIds, targetOf } from './target.ts'

export interface LeftBehindOf {
  readonly settings: Settings
  readonly state: State
  readonly resource: ResourceSpec
}

/**
 * Of the resource's own connection and type whatever was pushed from here, under any name; of other connections, such
 * as an application that was deleted and made anew, what was pushed under the resource's name.
 */
export async function orphanedHeads({ settings, state, resource }: LeftBehindOf): Promise<BaselineHead[]> {
  const configured = new Set(settings.resources.flatMap(({ resourceIds }) => resourceIds))
  const own = new Set(resource.resourceIds)
  const target = targetOf(settings, resource, resource.resourceIds[0] ?? '')
  const heads = await state.baselines.heads({ baseUrl: target.baseUrl })
  const orphans = heads.filter(
    (head) =>
      head.records > 0 && !configured.has(head.target.resourceId) && !head.siblings.some((sibling) => own.has(sibling)),
  )
  const scopes = orphans.map(scopeOfHead)
  const latest = await state.runs.latest(scopes)
  return orphans.filter(
    (head, index) => isOfConnection(head, target) || latest.get(scopes[index] ?? '')?.last?.resource === resource.name,
  )
}

function isOfConnection(head: BaselineHead, { connection, type }: BaselineHead['target']): boolean {
  return head.target.connection === connection && head.target.type === type
}

/** Of the resource that pushed it, with the resource ids that it had then. */
function scopeOfHead({ target, siblings }: BaselineHead): string {
  return scopeOfIds(target, siblings.length === 0 ? [target.resourceId] : siblings)
}

/** What people are told of it. */
export function sayLeftBehind({ target, records }: BaselineHead): string {
  const count = records === 1 ? '1 record stays' : `${records} records stay`
  return `Resource id ${target.resourceId} was pushed from here before and is no longer in the config: its ${count} active in Vanta`
}

/** What to do about it. Nothing here may end in a deleted application: that loses its configuration and its history. */
export function leftBehindRemedy({ target }: BaselineHead, { name, application }: ResourceSpec): string {
  const deleting = "delete that one resource in Vanta's Developer Console; leave the application itself alone."
  if (target.connection !== connectionOf(application.clientId)) return `If nothing else pushes to it, ${deleting}`
  return `If nothing else pushes to it, \`vanta-sync clear ${name} --resource-id ${target.resourceId} --reason …\` empties it once that is approved; or ${deleting}`
}
