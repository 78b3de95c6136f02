/** A past for the page to show: resources in every state of health, runs with documents, holds, checks. */
import { DAY, HOUR, MINUTE, toInstant } from '../../core/clock.ts'
import type { ErrorDocument } from '../../core/errors.ts'
import type { Health, ResourceStatus } from '../../core/health/status.ts'
import type { ApplicationSpec, ResourceSpec, Settings } from '../../core/resource.ts'
import type { ItemDocument, ResourceDocument, RunDocument } from '../../core/run/document.ts'
import { scopeOf } from '../../core/run/target.ts'
import { Secret } from '../../core/secret.ts'
import type { Hold, HoldReason, ResourceRunRow, State } from '../../core/state/state.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'
import { DEFAULT_GUARD, typeOf } from '../support/workshop.ts'

/** Personal data that the seeded documents hold, and that nothing may show unasked. */
export const CANARIES = [
  'E-CANARY-1',
  'E-CANARY-2',
  'Ada Canary',
  'ada.canary@example.com',
  'cn=Ada Canary,ou=People,dc=example,dc=com',
  'uid=bob.canary,ou=People,dc=example,dc=com',
] as const

const [ID, OTHER_ID, NAME, MAIL, ENTRY, OTHER_ENTRY] = CANARIES

export interface SeedResource {
  readonly name: string
  readonly type: string
  readonly health: Health
  readonly wrong?: string
  readonly remedy?: string
  readonly more?: Partial<ResourceStatus>
}

export const SEEDED: readonly SeedResource[] = [
  { name: 'people', type: 'user_account', health: 'healthy' },
  {
    name: 'contractors',
    type: 'user_account',
    health: 'held',
    wrong: '42 of 120 that Vanta holds (35 %) would leave or be deactivated; maxRemoved 5% allows 6',
    remedy: 'Approve or reject the hold.',
  },
  {
    name: 'windows-laptops',
    type: 'windows_user_computer',
    health: 'degraded',
    wrong: '3 records are invalid and were carried forward.',
    more: { notices: ['The password of the bind account expires in 9 days.'] },
  },
  {
    name: 'mac-laptops',
    type: 'macos_user_computer',
    health: 'failing',
    wrong: 'Vanta refused the set because of the record from laptops.csv:12: must have property "serialNumber"',
    remedy: 'Mend this row or its mapping, then run again.',
    more: { failuresInRow: 3 },
  },
  {
    name: 'training',
    type: 'user_security_training_status',
    health: 'stale',
    wrong: 'The last success is 3 d 4 h old; maxAge allows 1 d.',
    remedy: 'Look at the last run.',
  },
  {
    name: 'directory',
    type: 'user_account',
    health: 'disconnected',
    wrong: 'ldaps://dc1.example.com refuses the password of the bind account.',
    remedy: 'Set the new password in the secret file.',
    more: {
      connection: {
        cause: 'credentials',
        side: 'directory-ldap',
        says: 'ldaps://dc1.example.com refuses the password of the bind account (data 532: password expired).',
        remedy: 'Set the new password in the secret file.',
      },
      failuresInRow: 5,
    },
  },
  { name: 'background-checks', type: 'background_check_connector', health: 'never run' },
  { name: 'secrets', type: 'secret', health: 'healthy' },
]

const APPLICATION: ApplicationSpec = {
  name: 'people-x',
  clientId: 'vci_seeded',
  clientSecret: { describe: '{ env: PEOPLE_X_CLIENT_SECRET }', resolve: async () => new Secret('seeded') },
  scopes: ['connectors.self:read-resource', 'connectors.self:write-resource'],
}

export function seedSettings(folder: string, server: Settings['server']): Settings {
  return {
    file: `${folder}/vanta.config.yaml`,
    hash: 'c0ffee'.padEnd(64, '0'),
    vanta: { baseUrl: 'http://127.0.0.1:1', limits: { tokenRequests: 5, resourceRequests: 20 } },
    zone: 'Europe/Berlin',
    applications: [APPLICATION],
    connectors: ['people-csv', 'directory-ldap', 'laptops-rest'].map((name) => ({
      name,
      use: name.split('-')[1] ?? 'csv',
      uses: [],
    })),
    resources: SEEDED.map((seed, index) => resourceSpec(seed, index)),
    state: { path: `${folder}/state`, allowNetworkFs: false },
    server,
    notify: [],
    warnings: [],
    secrets: createSecretRegistry(),
  }
}

function resourceSpec({ name, type }: SeedResource, index: number): ResourceSpec {
  return {
    name,
    application: APPLICATION,
    type: typeOf(type),
    resourceIds: [`66f1c2a9e4b0a1d2c3e4f5${String(index).padStart(2, '0')}`],
    sources: [],
    merge: 'error',
    onInvalid: 'carry-forward',
    carryForMs: 7 * DAY,
    guard: DEFAULT_GUARD,
    verify: true,
    timeoutMs: 30 * MINUTE,
    maxAgeMs: DAY,
    schedule: { cron: '17 * * * *', zone: 'Europe/Berlin', jitterMs: 0 },
  }
}

export const SEEDED_REASONS: readonly HoldReason[] = [
  {
    rule: 'maxRemoved',
    limit: '5%',
    allowed: 6,
    actual: 42,
    of: 120,
    message: '42 of 120 that Vanta holds (35 %) would leave or be deactivated; maxRemoved 5% allows 6',
  },
]

export const SEEDED_HOLD = 'hold-7f3a91c2d4'

interface SeedRun {
  readonly id: string
  readonly at: number
  readonly outcome: RunDocument['outcome']
  readonly resources: readonly ResourceDocument[]
}

/** Runs of each resource that ever ran, an hour apart, the newest ten minutes ago: `run-seed-29`. */
export async function seedState(state: State, settings: Settings, past: { now: number; runs: number }): Promise<void> {
  const { now, runs } = past
  for (let back = runs - 1; back >= 0; back--) {
    const at = now - back * HOUR - 10 * MINUTE
    const resources = settings.resources.flatMap((resource) => {
      const seed = SEEDED.find(({ name }) => name === resource.name)
      if (seed === undefined || seed.health === 'never run') return []
      return [documentOf(resource, { seed, back })]
    })
    const outcome = back === 0 ? 'failed' : 'succeeded'
    await seedRun(state, settings, { id: `run-seed-${String(29 - back).padStart(2, '0')}`, at, outcome, resources })
  }
  await seedHold(state, settings, now)
  for (const check of checks(now)) await state.checks.save(check)
}

function checks(now: number) {
  return [
    { connector: 'people-csv', at: now - 5 * MINUTE, ok: true, says: '1 file, 120 rows.' },
    {
      connector: 'directory-ldap',
      at: now - 4 * MINUTE,
      ok: false,
      says: 'ldaps://dc1.example.com refuses the password of the bind account.',
      code: 'credentials-refused',
      hint: 'Set the new password in the secret file.',
    },
  ]
}

async function seedHold(state: State, settings: Settings, now: number): Promise<void> {
  const resource = settings.resources.find(({ name }) => name === 'contractors')
  if (resource === undefined) return
  const hold: Hold = {
    id: SEEDED_HOLD,
    scope: scopeOf(settings, resource),
    resource: resource.name,
    runId: 'run-seed-29',
    planHash: 'ab'.repeat(32),
    reasons: SEEDED_REASONS,
    status: 'open',
    openedAt: now - 10 * MINUTE,
    expiresAt: now + 72 * HOUR,
  }
  await state.holds.save(hold)
}

export async function seedRun(state: State, settings: Settings, run: SeedRun): Promise<void> {
  const { id, at, outcome, resources } = run
  const exitCode = outcome === 'succeeded' ? 0 : 20
  await state.runs.begin({
    id,
    command: 'run',
    startedAt: at,
    startedBy: 'schedule',
    toolVersion: '0.1.0',
    configHash: settings.hash,
  })
  const document: RunDocument = {
    command: 'run',
    runId: id,
    outcome,
    exitCode,
    startedAt: toInstant(at),
    finishedAt: toInstant(at + MINUTE),
    applications: [{ name: 'people-x', tokensMinted: 1 }],
    resources,
  }
  await state.runs.finish(id, {
    finishedAt: at + MINUTE,
    outcome,
    exitCode,
    resources: resources.map((resource) => rowOf(settings, { id, at, resource })),
    document,
  })
}

function rowOf(
  settings: Settings,
  { id, at, resource }: { id: string; at: number; resource: ResourceDocument },
): ResourceRunRow {
  const spec = settings.resources.find(({ name }) => name === resource.name)
  return {
    runId: id,
    scope: spec === undefined ? '' : scopeOf(settings, spec),
    resource: resource.name,
    at: at + MINUTE,
    outcome: resource.outcome,
    exitCode: resource.exitCode,
    degraded: resource.degraded === true,
    success: resource.outcome === 'pushed',
    counts: { ...resource.records, ...resource.changes },
    ms: 42_000,
    ...(resource.planHash === undefined ? {} : { planHash: resource.planHash }),
    ...(resource.hold?.id === undefined ? {} : { hold: resource.hold.id }),
    ...(resource.error === undefined ? {} : { error: resource.error }),
  }
}

/** How a resource fared `back` runs ago: well, until the last run brought it into its state. */
function documentOf(resource: ResourceSpec, { seed, back }: { seed: SeedResource; back: number }): ResourceDocument {
  const size = 120 + (29 - back)
  const counts = {
    records: { read: size, valid: size, invalid: 0, carriedForward: 0, dropped: 0, pushed: size },
    changes: { added: 2, changed: 3, removed: 1, unchanged: size - 5 },
  }
  const plain = {
    name: resource.name,
    type: resource.type.name,
    application: resource.application.name,
    resourceIds: resource.resourceIds,
    baseline: 'state' as const,
    planHash: 'ab'.repeat(32),
    stages: [
      { stage: 'read' as const, startedAt: '2026-11-23T09:30:00Z', ms: 30_000 },
      { stage: 'push' as const, startedAt: '2026-11-23T09:30:30Z', ms: 12_000 },
    ],
    requests: { put: 1, get: 1 },
    ...counts,
  }
  const known = { items: ITEMS, problems: [], bytes: 48_000, verified: true, answers: ANSWERS }
  if (back > 0) return { ...plain, ...known, outcome: 'pushed', exitCode: 0 }
  if (seed.health === 'held')
    return {
      ...plain,
      outcome: 'held',
      exitCode: 11,
      items: ITEMS,
      hold: { id: SEEDED_HOLD, status: 'open', reasons: SEEDED_REASONS },
    }
  if (seed.health === 'degraded')
    return {
      ...plain,
      ...known,
      outcome: 'pushed',
      exitCode: 0,
      degraded: true,
      problems: PROBLEMS,
      conflicts: CONFLICTS,
      conflictsTotal: 1,
    }
  if (seed.health === 'failing') return { ...plain, outcome: 'failed', exitCode: 20, items: ITEMS, error: REFUSED }
  if (seed.health === 'disconnected') return { ...plain, outcome: 'failed', exitCode: 12, error: LOGIN_REFUSED }
  return { ...plain, ...known, outcome: 'pushed', exitCode: 0 }
}

const ITEMS: readonly ItemDocument[] = [
  { change: 'add', uniqueId: ID },
  { change: 'remove', uniqueId: OTHER_ID },
  {
    change: 'change',
    uniqueId: ID,
    fields: [
      { name: 'fullName', from: null, to: NAME },
      { name: 'email', from: MAIL, to: `new.${MAIL}` },
    ],
  },
]

const PROBLEMS: NonNullable<ResourceDocument['problems']> = [
  { code: 'missing', at: 'laptops.csv:14', uniqueId: ID, field: 'email', message: 'a value is required' },
  { code: 'type', at: ENTRY, uniqueId: OTHER_ID, field: 'mfaEnabled', message: 'text of 5 characters is no boolean' },
  { code: 'duplicate-id', at: ENTRY, uniqueId: ID, message: `another row has this id: ${ENTRY}, ${OTHER_ENTRY}` },
]

const CONFLICTS = [{ uniqueId: ID, fields: ['fullName'], places: [ENTRY, OTHER_ENTRY] }]

const ANSWERS = [{ status: 200, text: `{"success":true,"echo":"${MAIL}"}` }]

const REFUSED: ErrorDocument = {
  code: 'records-refused',
  message: `Vanta refused the set because of the record from ${ENTRY}: must have property "serialNumber"`,
  hint: 'Nothing changed in Vanta: it takes all records or none. Mend this row or its mapping, then run again.',
}

const LOGIN_REFUSED: ErrorDocument = {
  code: 'credentials-refused',
  message: 'directory-ldap is not read: ldaps://dc1.example.com refuses the password of the bind account',
  hint: 'Set the new password in the secret file.',
}
