/** Ten days of a daemon in a world that goes wrong: three resources of two applications, and a Vanta with faults. */
import { allowedBy } from '../../core/plan/limit.ts'
import { MINUTE } from '../../core/clock.ts'
import type { ApplicationSpec, ResourceSpec, ScheduleSpec } from '../../core/resource.ts'
import { Secret } from '../../core/secret.ts'
import type { FaultEffect, FaultTarget } from '../../sandbox/faults/fault.ts'
import { ODD_DATA } from '../../testing/chaos/faults.ts'
import { type ChaosSource, createChaosSource } from '../../testing/chaos/source.ts'
import { DEFAULT_GUARD, PEOPLE_MAP, people, sourceOf, type Table } from '../support/workshop.ts'
import type { Night } from './fixture.ts'

export const STAFF_ID = '66f1c2a9e4b0a1d2c3e4f567'
export const CONTRACTORS_ID = '66f1c2a9e4b0a1d2c3e4f568'
export const VENDORS_ID = '66f1c2a9e4b0a1d2c3e4f569'

export const CONTRACTORS = 30

export interface SoakWorld {
  readonly resources: readonly ResourceSpec[]
  /** Sources of chaos, by resource. */
  readonly chaos: ReadonlyMap<string, ChaosSource>
  /** Of the contractors, who never change; how their read ends does. */
  readonly table: Table
}

function at(cron: string): ScheduleSpec {
  return { cron, zone: 'UTC', jitterMs: 0 }
}

export function createSoakWorld(night: Night): SoakWorld {
  const [one] = night.settings.resources
  const credentials = night.sandbox.applications[1]
  if (one === undefined || credentials === undefined) throw new Error('there are a resource and two applications')
  // Past the time-out of a read, and past the patience with a module that does not listen.
  const onStall = (): void => void night.clock.advance(MINUTE)
  const staff = createChaosSource({ seed: 11, rows: 60, onStall })
  const vendors = createChaosSource({ seed: 12, rows: 40, onStall })
  const table: Table = { rows: people(CONTRACTORS), ending: 'complete' }
  const other: ApplicationSpec = {
    ...one.application,
    name: 'people-y',
    clientId: credentials.clientId,
    clientSecret: { describe: '{ env: Y }', resolve: async () => new Secret(credentials.clientSecret) },
  }
  const source = sourceOf(table, one.type, PEOPLE_MAP)
  return {
    table,
    chaos: new Map([
      ['staff', staff],
      ['vendors', vendors],
    ]),
    resources: [
      {
        ...one,
        name: 'staff',
        resourceIds: [STAFF_ID],
        sources: [{ ...source, connector: staff.connector }],
        schedule: at('17 * * * *'),
      },
      { ...one, name: 'contractors', resourceIds: [CONTRACTORS_ID], sources: [source], schedule: at('17 * * * *') },
      {
        ...one,
        name: 'vendors',
        application: other,
        resourceIds: [VENDORS_ID],
        sources: [{ ...source, connector: vendors.connector }],
        schedule: at('47 */3 * * *'),
      },
    ],
  }
}

/** What Vanta does to a run, in turn. */
export const VANTA_FAULTS: readonly (readonly [FaultTarget, FaultEffect])[] = [
  [{ method: 'PUT' }, { status: 500 }],
  [{ method: 'PUT' }, { reset: 'before-body' }],
  [{ method: 'PUT' }, { reset: 'after-commit' }],
  [{ method: 'PUT' }, { loseAnswer: true }],
  [{ method: 'PUT', count: 'all' }, { status: 503 }],
  [{ method: 'PUT', count: 'all' }, { loseAnswer: true }],
  [{ method: 'GET' }, { truncate: true }],
  [{ method: 'PUT' }, { status: 429, headers: { 'retry-after': '2' } }],
  [{ method: 'PUT' }, { revokeToken: true }],
  [{ path: '/oauth/token', count: 'all' }, { status: 500 }],
  [{ method: 'PUT' }, { html: true }],
]

export const TABLE_ENDINGS: readonly Table['ending'][] = ['complete', 'fails', 'complete', 'incomplete', 'wrong count']

/** Ids that Vanta holds alive under a resource id, as its application sees them. */
export function heldUnder(
  { sandbox }: Night,
  { resources }: Pick<SoakWorld, 'resources'>,
  resourceId: string,
): ReadonlySet<string> {
  const resource = resources.find((each) => each.resourceIds.includes(resourceId))
  if (resource === undefined) throw new Error(`no resource has the id ${resourceId}`)
  const { application, type } = resource
  const records = sandbox.control.records({ type: type.name, resourceId, clientId: application.clientId })
  const alive = records.filter(({ deletedAt }) => deletedAt === null || deletedAt === undefined)
  return new Set(alive.map(({ uniqueId }) => String(uniqueId)))
}

export interface Passage {
  readonly before: ReadonlySet<string>
  readonly after: ReadonlySet<string>
  readonly source: ChaosSource
  /** A person who had looked at the sources approved. */
  readonly approved: boolean
}

/** Why somebody was wrongly deleted; undefined when nobody was. */
export function wronglyDeleted({ before, after, source, approved }: Passage): string | undefined {
  const gone = [...before].filter((id) => !after.has(id))
  if (gone.length === 0) return undefined
  const read = source.last()
  if (read === undefined || !read.proven) return `${gone.length} left by a read that proves nothing`
  const came = new Set(read.people.map(({ id }) => id))
  if (gone.some((id) => came.has(id))) return 'somebody left who came'
  const allowed = allowedBy(DEFAULT_GUARD.maxRemoved, before.size)
  if (!approved && gone.length > allowed) return `${gone.length} left, and ${allowed} may`
  return undefined
}

/** Whoever looks at the last read sees people who are really there. */
export function isTrue(source: ChaosSource): boolean {
  const read = source.last()
  return read?.proven === true && !ODD_DATA.some((each) => each === read.fault && each !== 'lets some people go')
}
