/** A run's document without personal data: what changed and where, ids and values by their digest or not at all. Pure. */
import type { ErrorDocument } from '../errors.ts'
import type { ResourceDocument, RunDocument } from './document.ts'

type Hide = (text: string) => string

/** @param digest of the state: the same id gets the same mask, `#1a2b3c4d5e`, as long as the state lives */
export function maskRun(document: RunDocument, digest: (text: string) => string): RunDocument {
  const hide = masker(digest)
  return {
    ...document,
    resources: document.resources.map((resource) => maskResource(resource, hide)),
    ...(document.error === undefined ? {} : { error: maskError(document.error, digest) }),
  }
}

/** An error may name the place of the record that it is about. */
export function maskError(error: ErrorDocument, digest: (text: string) => string): ErrorDocument {
  return { ...error, message: maskPlaces(error.message, digest) }
}

/** A sentence that may name the place of a record: `… because of the record from cn=Ada,dc=example: …`. */
export function maskPlaces(sentence: string, digest: (text: string) => string): string {
  return withMaskedPlaces(sentence, masker(digest))
}

function withMaskedPlaces(sentence: string, hide: Hide): string {
  // A name may hold a colon, too: what is no line of a file is hidden up to the last one.
  return sentence.replaceAll(
    /\bthe record from ([^=]*?\.\w+:\d+(?=: )|.+): /gs,
    (_, place: string) => `the record from ${maskPlace(place, hide)}: `,
  )
}

function masker(digest: (text: string) => string): Hide {
  return (text) => `#${digest(text).slice(0, 10)}`
}

function maskResource(resource: ResourceDocument, hide: Hide): ResourceDocument {
  const { items, problems, conflicts, answers, error } = resource
  return {
    ...resource,
    ...(items === undefined ? {} : { items: items.map((item) => maskItem(item, hide)) }),
    ...(problems === undefined ? {} : { problems: problems.map((problem) => maskProblem(problem, hide)) }),
    ...(conflicts === undefined ? {} : { conflicts: conflicts.map((conflict) => maskConflict(conflict, hide)) }),
    // Vanta quotes the records that it speaks of.
    ...(answers === undefined ? {} : { answers: answers.map(({ status }) => ({ status, text: HIDDEN })) }),
    ...(error === undefined ? {} : { error: { ...error, message: withMaskedPlaces(error.message, hide) } }),
  }
}

function maskItem({ uniqueId, fields, ...rest }: Of<'items'>, hide: Hide): Of<'items'> {
  const names = fields?.map(({ name }) => ({ name, from: HIDDEN, to: HIDDEN }))
  return { ...rest, uniqueId: hide(uniqueId), ...(names === undefined ? {} : { fields: names }) }
}

function maskProblem({ uniqueId, at, message, ...rest }: Of<'problems'>, hide: Hide): Of<'problems'> {
  return {
    ...rest,
    message: NAMING_PLACES.has(rest.code) ? withoutPlaces(message) : message,
    ...(at === undefined ? {} : { at: maskPlace(at, hide) }),
    ...(uniqueId === undefined ? {} : { uniqueId: hide(uniqueId) }),
  }
}

function maskConflict({ uniqueId, places, ...rest }: Of<'conflicts'>, hide: Hide): Of<'conflicts'> {
  return { ...rest, uniqueId: hide(uniqueId), places: places.map((place) => maskPlace(place, hide)) }
}

/** The line of a file says nothing of a person; the name of a directory's entry, or the key of a table's row, may. */
function maskPlace(place: string, hide: Hide): string {
  return /^[^=]*\.\w+:\d+$/.test(place) ? place : hide(place)
}

/** Where a value was. */
const HIDDEN = '…'

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
