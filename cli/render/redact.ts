import type { ResourceDocument, RunDocument } from '../../core/run/document.ts'

type Hide = (text: string) => string

/** A plan that a log may keep: what changes and where, ids and values by their digest or not at all. */
export function redactRun(document: RunDocument, digest: (text: string) => string): RunDocument {
  const hide: Hide = (text) => `#${digest(text).slice(0, 10)}`
  return { ...document, resources: document.resources.map((resource) => redactResource(resource, hide)) }
}

function redactResource(resource: ResourceDocument, hide: Hide): ResourceDocument {
  const { items, problems, conflicts } = resource
  return {
    ...resource,
    ...(items === undefined ? {} : { items: items.map((item) => redactItem(item, hide)) }),
    ...(problems === undefined ? {} : { problems: problems.map((problem) => redactProblem(problem, hide)) }),
    ...(conflicts === undefined ? {} : { conflicts: conflicts.map((conflict) => redactConflict(conflict, hide)) }),
  }
}

function redactItem({ change, uniqueId, fields }: Of<'items'>, hide: Hide): Of<'items'> {
  const names = fields?.map(({ name }) => ({ name, from: '…', to: '…' }))
  return { change, uniqueId: hide(uniqueId), ...(names === undefined ? {} : { fields: names }) }
}

function redactProblem({ uniqueId, at, message, ...rest }: Of<'problems'>, hide: Hide): Of<'problems'> {
  return {
    ...rest,
    message: NAMING_PLACES.has(rest.code) ? withoutPlaces(message) : message,
    ...(at === undefined ? {} : { at: redactPlace(at, hide) }),
    ...(uniqueId === undefined ? {} : { uniqueId: hide(uniqueId) }),
  }
}

function redactConflict({ uniqueId, places, ...rest }: Of<'conflicts'>, hide: Hide): Of<'conflicts'> {
  return { ...rest, uniqueId: hide(uniqueId), places: places.map((place) => redactPlace(place, hide)) }
}

/** The line of a file says nothing of a person; the name of a directory's entry, or the key of a table's row, may. */
function redactPlace(place: string, hide: Hide): string {
  return /^[^=]*\.\w+:\d+$/.test(place) ? place : hide(place)
}

/** Codes of problems whose message goes on, after a colon, with the places of other rows. */
const NAMING_PLACES: ReadonlySet<string> = new Set([
  'duplicate-id',
  'duplicate-key',
  'merge-conflict',
  'join-ambiguous',
  'join-invalid',
])

function withoutPlaces(message: string): string {
  const end = message.indexOf(': ')
  return end < 0 ? message : message.slice(0, end)
}

type Of<K extends 'items' | 'problems' | 'conflicts'> = NonNullable<ResourceDocument[K]>[number]
