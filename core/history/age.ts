/** What is kept of a run once it is old: outcome and counts, and nobody's data. Pure. */
import type { ResourceDocument, RunDocument } from '../run/document.ts'
import { maskError } from '../run/redact.ts'
import type { ResourceRunRow } from '../state/state.ts'

type Digest = (text: string) => string
type Problems = NonNullable<ResourceDocument['problems']>

/** Without items, ids, values, places and answers; counts stay, and problems by their kind. */
export function agedDocument(document: RunDocument, digest: Digest): RunDocument {
  return {
    ...document,
    resources: document.resources.map((resource) => agedResource(resource, digest)),
    ...(document.error === undefined ? {} : { error: maskError(document.error, digest) }),
  }
}

function agedResource(resource: ResourceDocument, digest: Digest): ResourceDocument {
  const { items: _items, itemsTotal: _total, problems = [], problemsTotal, conflicts: _conflicts, ...rest } = resource
  const { answers, sources, error } = rest
  const total = problemsTotal ?? problems.length
  return {
    ...rest,
    ...(total === 0 ? {} : { problems: byKind(problems), problemsTotal: total }),
    ...(answers === undefined ? {} : { answers: answers.map(({ status }) => ({ status, text: '…' })) }),
    ...(sources === undefined ? {} : { sources: sources.map(withoutPerson) }),
    ...(error === undefined ? {} : { error: maskError(error, digest) }),
  }
}

function byKind(problems: Problems): Problems {
  const kinds = new Map<string, { code: string; field?: string; count: number }>()
  for (const { code, field } of problems) {
    const key = JSON.stringify([code, field])
    const { count } = kinds.get(key) ?? { count: 0 }
    kinds.set(key, { code, ...(field === undefined ? {} : { field }), count: count + 1 })
  }
  return [...kinds.values()].map(({ count, ...kind }) => ({ ...kind, message: sayCount(kind.code, count) }))
}

function sayCount(code: string, count: number): string {
  return `${code}, ${count === 1 ? 'once' : `${count} times`}; where and whose is no longer kept`
}

/** A row of a run, as agedDocument has it. */
export function agedRow(row: ResourceRunRow, digest: Digest): ResourceRunRow {
  const { logins, error } = row
  return {
    ...row,
    ...(logins === undefined ? {} : { logins: logins.map(({ personal: _personal, ...login }) => login) }),
    ...(error === undefined ? {} : { error: maskError(error, digest) }),
  }
}

function withoutPerson<T extends NonNullable<ResourceDocument['sources']>[number]>(source: T): T {
  if (source.login === undefined) return source
  const { personal: _personal, ...login } = source.login
  return { ...source, login }
}
