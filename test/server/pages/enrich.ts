/** More of a past than the server's own tests need: what makes a page crowded, long, or dangerous. */
import { DAY, HOUR, MINUTE, SECOND, toInstant } from '../../../core/clock.ts'
import type { ResourceSpec, Settings } from '../../../core/resource.ts'
import type { ItemDocument, ResourceDocument } from '../../../core/run/document.ts'
import { scopeOf } from '../../../core/run/target.ts'
import type { ResourceRunRow, State } from '../../../core/state/state.ts'
import type { FakeOperator } from '../fake-operator.ts'
import { PEOPLE_MAP, sourceOf } from '../../support/workshop.ts'
import { seedRun } from '../seed.ts'

export const BIG_RUN = 'run-big'
export const LONG_NAME = 'people-of-the-subsidiary-in-the-north-with-a-name-that-nobody-shortened-in-time'
/** Text that would do something, if it were not shown as text. */
export const ATTACK = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'&`

/** A resource is paused, one runs, several have reasons and notices; a run of a thousand changes went by. */
export async function enrich(operator: FakeOperator): Promise<void> {
  const { state, clock } = operator
  const now = clock.now()
  operator.settings = withStaff(operator.settings)
  const { settings } = operator
  operator.setStatus('staff', {
    health: 'healthy',
    records: 4011,
    logins: [
      {
        source: 'directory-ldap',
        expiresAt: toInstant(now + 9 * DAY),
        personal: 'CN=Ada belongs to an object class of people',
      },
    ],
    notices: ['The password that directory-ldap reads with expires in 9 days'],
  })
  await growth(state, settings, now)
  await bigRun(state, settings, now)
  await operator.pause({
    resource: 'secrets',
    by: { name: 'ada', provenBy: 'password on the page' },
    reason: 'The vault moves to another region this weekend, ticket OPS-1412.',
    forMs: 2 * DAY + 3 * HOUR,
  })
  await state.append({
    chain: 'page',
    at: now - 3 * MINUTE,
    kind: 'reveal',
    facts: { by: 'vera', provenBy: 'password on the page', page: '/runs/run-seed-29' },
  })
}

/** A resource with sources, so that connectors have somebody to feed. */
function withStaff(settings: Settings): Settings {
  const [first] = settings.resources
  if (first === undefined) return settings
  const sources = ['people-csv', 'directory-ldap'].map((name) =>
    sourceOf({ rows: [], ending: 'complete' }, first.type, PEOPLE_MAP, name),
  )
  const staff = {
    ...first,
    name: 'staff',
    resourceIds: ['88f1c2a9e4b0a1d2c3e4f500', '88f1c2a9e4b0a1d2c3e4f501'],
    sources,
  }
  return {
    ...settings,
    resources: [...settings.resources, staff],
    connectors: settings.connectors.map((spec) => ({
      ...spec,
      uses: sources.filter(({ name }) => name === spec.name),
    })),
  }
}

/** A believable week of `staff`: it grows, loses some, is held once and fails once. */
async function growth(state: State, settings: Settings, now: number): Promise<void> {
  const resource = settings.resources.find(({ name }) => name === 'staff')
  if (resource === undefined) return
  for (let back = 24; back >= 1; back--) {
    await addRun(state, settings, { resource, at: now - back * 6 * HOUR + 5 * HOUR, back, size: 4012 })
  }
}

interface Past {
  readonly resource: ResourceSpec
  readonly at: number
  readonly back: number
  readonly size: number
}

async function addRun(state: State, settings: Settings, { resource, at, back, size }: Past): Promise<void> {
  const lost = back === 9 ? 140 : 0
  const outcome = back === 10 ? 'held' : back === 4 ? 'failed' : 'pushed'
  const row: ResourceRunRow = {
    runId: `run-${resource.name}-${back}`,
    scope: scopeOf(settings, resource),
    resource: resource.name,
    at,
    outcome,
    exitCode: 0,
    degraded: back === 6,
    success: outcome === 'pushed',
    counts: {
      read: size,
      valid: size,
      'rows of people-csv': size + 18,
      'rows of directory-ldap': size - 22,
      pushed: outcome === 'pushed' ? size - back * 6 - (back > 9 ? 0 : 40) : 0,
      added: (back * 7) % 13,
      changed: (back * 5) % 31,
      removed: back === 10 ? 140 : lost === 0 ? (back * 3) % 5 : 20,
      unchanged: size,
    },
    ms: 40_000 + ((back * 37) % 29) * SECOND,
  }
  const startedBy = back % 5 === 0 ? 'ada' : 'schedule'
  await state.runs.begin({
    id: row.runId,
    command: 'run',
    startedAt: at,
    startedBy,
    toolVersion: '0.1.0',
    configHash: 'c',
  })
  await state.runs.finish(row.runId, {
    finishedAt: at + (row.ms ?? 0),
    outcome: outcome === 'pushed' ? 'succeeded' : outcome,
    exitCode: 0,
    resources: [row],
    document: undefined,
  })
  await state.append({ chain: row.scope, at, kind: 'run', facts: { ...row, startedBy } })
}

/** A thousand changes of which the state kept all, and everything else that a document can have. */
async function bigRun(state: State, settings: Settings, now: number): Promise<void> {
  const resource = settings.resources.find(({ name }) => name === 'staff')
  if (resource === undefined) return
  const at = now - 14 * DAY
  await seedRun(state, settings, {
    id: BIG_RUN,
    at,
    outcome: 'degraded',
    resources: [bigDocument(resource, at)],
  })
}

function bigDocument(resource: ResourceSpec, at: number): ResourceDocument {
  return {
    name: resource.name,
    type: resource.type.name,
    application: resource.application.name,
    resourceIds: resource.resourceIds,
    outcome: 'pushed',
    exitCode: 0,
    degraded: true,
    baseline: 'state',
    planHash: '3f'.repeat(32),
    records: { read: 4030, valid: 4012, invalid: 7, carriedForward: 5, dropped: 2, pushed: 4017 },
    changes: { added: 1180, changed: 240, removed: 60, unchanged: 2777 },
    items: bigItems(),
    itemsTotal: 1480,
    problems: Array.from({ length: 7 }, (_, index) => ({
      code: index % 2 === 0 ? 'required' : 'format',
      at: `people-2026-11-27.csv:${14 + index * 93}`,
      uniqueId: `E-${String(index).padStart(5, '0')}`,
      field: index % 2 === 0 ? 'email' : 'createdTimestamp',
      message: index % 2 === 0 ? 'a value is required' : 'text of 10 characters is no date; dd/MM/yyyy is expected',
    })),
    warnings: [{ code: 'unused-columns', message: '3 columns of people-csv feed nothing: cost_centre, badge, floor' }],
    stages: [
      { stage: 'read', startedAt: toInstant(at), ms: 31_400 },
      { stage: 'plan', startedAt: toInstant(at + 31_400), ms: 2200 },
      { stage: 'push', startedAt: toInstant(at + 33_600), ms: 18_900 },
      { stage: 'verify', startedAt: toInstant(at + 52_500), ms: 6300 },
    ],
    sources: [
      {
        name: 'people-csv',
        rows: 4030,
        evidence: 'the file did not change while it was read, and its trailer counts 4,030 rows',
        asOf: toInstant(at - HOUR),
        files: [
          {
            name: 'exports/2026/people-2026-11-27.csv',
            size: 1_284_112,
            modifiedAt: toInstant(at - HOUR),
            sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          },
        ],
      },
      {
        name: 'directory-ldap',
        rows: 3990,
        evidence: 'the last page was seen',
        asOf: toInstant(at),
        join: { as: 'dir', to: 'people-csv', matched: 3981, missing: 49, ambiguous: 0, unused: 9, withoutKey: 0 },
      },
    ],
    bytes: 2_411_000,
    requests: { put: 1, get: 2 },
    verified: true,
    answers: [{ status: 200, text: '{"success":true}' }],
  }
}

function bigItems(): ItemDocument[] {
  return Array.from({ length: 1000 }, (_, index): ItemDocument => {
    const uniqueId = `E-${String(index * 7).padStart(5, '0')}`
    if (index % 17 === 0) return { change: 'remove', uniqueId }
    if (index % 6 !== 0) return { change: 'add', uniqueId }
    return {
      change: 'change',
      uniqueId,
      fields: [
        { name: 'displayName', from: `Person ${index}`, to: `Person ${index} of the Northern Branch Office` },
        ...(index % 12 === 0 ? [{ name: 'mfaMethods', from: [], to: ['TOTP', 'WEBAUTHN'] }] : []),
        ...(index % 18 === 0 ? [{ name: 'status', from: 'ACTIVE', to: null }] : []),
      ],
    }
  })
}

/** Thirty resources, most of them well, with names from short to very long. */
export function crowd(operator: FakeOperator): void {
  const { settings } = operator
  const [first] = settings.resources
  if (first === undefined) return
  const more = Array.from({ length: 22 }, (_, index): ResourceSpec => {
    const name = index === 3 ? LONG_NAME : `office-${String(index + 1).padStart(2, '0')}-accounts`
    return { ...first, name, resourceIds: [`77f1c2a9e4b0a1d2c3e4f5${String(index).padStart(2, '0')}`] }
  })
  operator.settings = { ...settings, resources: [...settings.resources, ...more] }
  const now = operator.clock.now()
  for (const [index, { name }] of more.entries()) {
    const seconds = 600 + index * 137
    operator.setStatus(name, {
      health: 'healthy',
      records: 90 + index * 211,
      lastSuccessAt: toInstant(now - seconds * SECOND),
      lastRunAt: toInstant(now - seconds * SECOND),
      ageSeconds: seconds,
    })
  }
}
