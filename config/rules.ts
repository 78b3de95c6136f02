/** What must hold beyond the structure: each rule is one sentence about the file, and reports every breach of it. */
import { READ_SCOPE, WRITE_SCOPE } from '../core/resource.ts'
import { nearestName } from '../core/text/nearest.ts'
import { scopesOf } from './applications.ts'
import { connectorsOf, type Draft, type ResourceDraft } from './draft.ts'
import { type Path, pathKey } from './path.ts'
import type { Reading } from './reading.ts'

type Rule = (reading: Reading, draft: Draft) => void

const RULES: readonly Rule[] = [
  everyResourceHasAnApplication,
  clientIdsAreDistinct,
  resourceIdsAreDistinct,
  verifyNeedsTheReadScope,
  pushNeedsTheWriteScope,
  vulnerabilitiesComeWithComponents,
  onlyAccountsAreDeactivated,
  everySourceHasItsKey,
  everyConnectorIsUsed,
  everyApplicationIsUsed,
]

export function checkRules(reading: Reading, draft: Draft): void {
  for (const rule of RULES) rule(reading, draft)
}

function everyResourceHasAnApplication({ report, holes }: Reading, { config, resources }: Draft): void {
  const names = Object.keys(config.applications ?? {})
  for (const resource of resources) {
    const path = [...resource.path, 'application']
    if (resource.application !== undefined || names.length === 0 || holes.has(pathKey(path))) continue
    const expected = `a name under applications: ${names.join(', ')}`
    const written = resource.written.application
    if (written === undefined)
      report.add({ code: 'missing-key', path, message: 'is missing, and there are several', expected })
    else {
      const nearest = nearestName(written, names)
      report.add({ code: 'unknown-application', path, message: 'is no application of this file', expected, nearest })
    }
  }
}

function clientIdsAreDistinct({ report }: Reading, { config }: Draft): void {
  const owners = new Map<string, string>()
  for (const [name, application] of Object.entries(config.applications ?? {})) {
    if (application?.clientId === undefined) continue
    const owner = owners.get(application.clientId)
    if (owner === undefined) owners.set(application.clientId, name)
    else {
      report.add({
        code: 'same-client-id',
        path: ['applications', name, 'clientId'],
        message: `is the client id of ${owner}, too, and each would revoke the token of the other`,
        expected: 'one application for each client id',
      })
    }
  }
}

function resourceIdsAreDistinct({ report }: Reading, { resources }: Draft): void {
  const owners = new Map<string, ResourceDraft>()
  for (const resource of resources) {
    if (resource.application === undefined || resource.type === undefined) continue
    for (const [index, id] of (resource.written.resourceId ?? []).entries()) {
      if (id === undefined) continue
      const key = JSON.stringify([resource.application, resource.type.name, id.toLowerCase()])
      const owner = owners.get(key)
      owners.set(key, owner ?? resource)
      const path = [...resource.path, 'resourceId', index]
      if (owner !== undefined && !report.has(path))
        report.add({ code: 'same-resource-id', path, ...sameId(owner, resource) })
    }
  }
}

function sameId(owner: ResourceDraft, resource: ResourceDraft): { message: string; expected: string } {
  if (owner === resource) return { message: 'stands in the list twice', expected: 'each resource id once' }
  return {
    message: `is the resource id of ${owner.name}, too, and each push would erase the other`,
    expected: 'one resource for each id, with all its sources under "from"',
  }
}

function verifyNeedsTheReadScope({ report }: Reading, { config, resources }: Draft): void {
  for (const resource of resources) {
    if (resource.policies.verify !== true || lacksNot(config, resource, READ_SCOPE)) continue
    const byDefault = resource.written.verify === undefined && config.defaults?.verify === undefined
    report.add({
      code: 'verify-without-read-scope',
      path: [...verifyPath(config, resource)],
      message: `${byDefault ? 'is on unless told, but' : 'is on, but'} the application ${resource.application} does not ask for the scope ${READ_SCOPE}`,
      expected: 'verify: false, or that scope',
    })
  }
}

function verifyPath(config: Draft['config'], resource: ResourceDraft): Path {
  const inDefaults = resource.written.verify === undefined && config.defaults?.verify !== undefined
  return inDefaults ? ['defaults', 'verify'] : [...resource.path, 'verify']
}

function pushNeedsTheWriteScope({ report }: Reading, { config, resources }: Draft): void {
  for (const resource of resources) {
    if (lacksNot(config, resource, WRITE_SCOPE)) continue
    const sentence = `can be planned but never pushed: the application ${resource.application} does not ask for the scope ${WRITE_SCOPE}`
    report.warn(resource.path, sentence)
  }
}

/** True also when the application is not known, since that has been said. */
function lacksNot(config: Draft['config'], { application: name }: ResourceDraft, scope: string): boolean {
  const application = name === undefined ? undefined : config.applications?.[name]
  return application === undefined || scopesOf(application).includes(scope)
}

function vulnerabilitiesComeWithComponents({ report }: Reading, { resources }: Draft): void {
  for (const resource of resources) {
    const first = resource.type?.pushAfter
    if (first === undefined || resource.application === undefined) continue
    const found = resources.some((other) => other.application === resource.application && other.type?.name === first)
    if (found) continue
    report.warn(
      [...resource.path, 'type'],
      `its records refer to ${first} records, and no resource of this application sends any`,
    )
  }
}

/** Records of other types have no status: they can only be there or not. */
function onlyAccountsAreDeactivated({ report }: Reading, { resources }: Draft): void {
  for (const { path, written, policies, name, type } of resources) {
    const { onGone } = policies
    if (onGone === undefined || onGone === 'omit' || type === undefined || type.name === 'user_account') continue
    const inherited = written.onGone === undefined
    report.add({
      code: 'deactivate-without-status',
      path: inherited ? ['defaults', 'onGone'] : [...path, 'onGone'],
      message: `deactivates who left, and ${inherited ? `records of ${name}, of type ${type.name},` : `records of type ${type.name}`} have no status`,
      expected: inherited ? `onGone: omit in ${name}, or deactivate in resources of type user_account alone` : 'omit',
    })
  }
}

/** Rows of a source without one would be nobody's; of one source alone, a key has nobody to match. */
function everySourceHasItsKey({ report, holes }: Reading, { resources }: Draft): void {
  for (const { path, written } of resources) {
    const sources = written.from ?? []
    const keyed = [...sources.keys()].filter((index) => sources[index]?.key !== undefined)
    if (keyed.length === 0) continue
    if (sources.length === 1) report.warn([...path, 'from', 0, 'key'], 'matches nothing: the resource has one source')
    for (const index of sources.keys()) {
      const place = [...path, 'from', index, 'key']
      if (keyed.includes(index) || sources[index] === undefined || holes.has(pathKey(place))) continue
      const expected = 'a column, or a template "{{ … }}"; or no key in any of them'
      report.add({
        code: 'missing-key',
        path: place,
        message: 'is missing, and another source of the resource has one',
        expected,
      })
    }
  }
}

function everyConnectorIsUsed({ report }: Reading, { config, resources }: Draft): void {
  const used = new Set(resources.flatMap(connectorsOf))
  for (const name of Object.keys(config.connectors ?? {})) {
    if (!used.has(name)) report.warn(['connectors', name], 'no resource uses this connector')
  }
}

function everyApplicationIsUsed({ report }: Reading, { config, resources }: Draft): void {
  const used = new Set(resources.map(({ application }) => application))
  for (const name of Object.keys(config.applications ?? {})) {
    if (!used.has(name)) report.warn(['applications', name], 'no resource uses this application')
  }
}
