/** The shapes of the API's answers, as JSON Schema. Programs must let pass what they do not know: fields may be added. */
import type { JsonSchema } from './route.ts'
import { ref } from './route.ts'

const text: JsonSchema = { type: 'string' }
const flag: JsonSchema = { type: 'boolean' }
const count: JsonSchema = { type: 'integer', minimum: 0 }
const number: JsonSchema = { type: 'number' }
const instant: JsonSchema = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$',
  description: 'An instant in UTC, to the second.',
}
const counts: JsonSchema = { type: 'object', additionalProperties: { type: 'integer' } }

function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

function object(required: Readonly<Record<string, JsonSchema>>, optional: Readonly<Record<string, JsonSchema>> = {}) {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } }
}

function oneOf(...values: readonly string[]): JsonSchema {
  return { type: 'string', enum: values }
}

const masked = (description: string): JsonSchema => ({
  description: `${description} Masked unless reveal is asked: the same mask each time for the same id.`,
})

const status = {
  Status: object({
    at: instant,
    configHash: { ...text, description: 'SHA-256 of the configuration that it was judged by.' },
    daemons: list(ref('Daemon')),
    resources: { ...list(ref('Resource')), description: 'In the order of the configuration.' },
    runs: { ...list(ref('LiveRun')), description: 'Those that go on.' },
  }),
  Daemon: object(
    { id: text, pid: count, host: text, startedAt: instant, beatAt: instant, version: text },
    { url: text, configProblem: text },
  ),
  Health: {
    ...oneOf('healthy', 'degraded', 'held', 'failing', 'stale', 'never run', 'disconnected'),
    description:
      'In the order of growing trouble: degraded pushed with flaws, held waits for a person, stale is too old.',
  },
  Resource: object(
    {
      name: text,
      type: text,
      application: text,
      resourceIds: list(text),
      health: ref('Health'),
      failuresInRow: count,
    },
    {
      wrong: { ...text, description: 'What is wrong, in one sentence.' },
      remedy: { ...text, description: 'The next step for whoever must act.' },
      lastOutcome: text,
      lastRunAt: instant,
      lastRunId: text,
      lastSuccessAt: instant,
      ageSeconds: { ...count, description: 'Of the last success.' },
      maxAgeSeconds: number,
      records: { ...count, description: 'In Vanta, as last confirmed.' },
      hold: { ...text, description: 'Id of the live hold.' },
      connection: ref('ConnectionTrouble'),
      logins: list(ref('Login')),
      notices: list(text),
      paused: ref('Pause'),
      schedule: ref('Schedule'),
      running: ref('LiveResource'),
      error: ref('Problem'),
    },
  ),
  ConnectionTrouble: object({
    cause: oneOf('credentials', 'permissions', 'third party down', 'another process', 'network'),
    side: { ...text, description: 'Vanta, or the name of a configured connector.' },
    says: text,
    remedy: text,
  }),
  Login: object({ source: text }, { expiresAt: text, personal: text }),
  Pause: object({ since: instant, until: instant, by: text, reason: text }),
  Schedule: object({ cron: text, zone: text, kept: flag }, { next: instant }),
  LiveResource: object(
    { name: text, stage: oneOf('waiting', 'read', 'plan', 'push', 'verify', 'done') },
    { done: count, total: count, unit: oneOf('rows', 'bytes', 'records'), runId: text },
  ),
  LiveRun: object({
    runId: text,
    command: text,
    startedAt: instant,
    startedBy: text,
    resources: list(ref('LiveResource')),
  }),
}

const runs = {
  ResourceRun: object(
    {
      runId: text,
      resource: text,
      at: instant,
      outcome: text,
      exitCode: { type: 'integer' },
      degraded: flag,
      success: flag,
      counts,
    },
    {
      ms: number,
      planHash: text,
      asOf: instant,
      hold: text,
      made: object({ tool: text, config: text, mapping: text, module: text }),
      logins: list(ref('Login')),
      error: ref('Problem'),
    },
  ),
  Run: object(
    {
      id: text,
      command: text,
      status: oneOf('running', 'finished', 'interrupted'),
      startedAt: instant,
      startedBy: text,
      toolVersion: text,
      configHash: text,
      resources: list(ref('ResourceRun')),
    },
    { finishedAt: instant, outcome: text, exitCode: { type: 'integer' }, erasedAt: instant },
  ),
  RunDocument: object(
    {
      command: text,
      runId: text,
      outcome: oneOf('succeeded', 'degraded', 'held', 'failed', 'planned'),
      exitCode: { type: 'integer' },
      startedAt: instant,
      finishedAt: instant,
      applications: list(object({ name: text, tokensMinted: count })),
      resources: list(ref('ResourceDocument')),
    },
    { planHash: text, error: ref('Problem') },
  ),
  ResourceDocument: object(
    {
      name: text,
      type: text,
      application: text,
      resourceIds: list(text),
      outcome: oneOf('pushed', 'planned', 'held', 'failed', 'skipped'),
      exitCode: { type: 'integer' },
    },
    {
      degraded: flag,
      baseline: oneOf('state', 'read', 'unknown'),
      planHash: text,
      asOf: instant,
      records: counts,
      changes: counts,
      items: { ...list(ref('Item')), description: 'The first 1,000 changes.' },
      itemsTotal: count,
      problems: list(ref('RecordProblem')),
      problemsTotal: count,
      conflicts: list(object({ uniqueId: masked('Of the record.'), fields: list(text), places: list(text) })),
      conflictsTotal: count,
      warnings: list(object({ code: text, message: text })),
      sources: list({ type: 'object' }),
      bytes: count,
      requests: object({ put: count, get: count }),
      stages: list(object({ stage: text, startedAt: instant, ms: number })),
      verified: flag,
      answers: list(object({ status: { type: 'integer' }, text: masked('What Vanta answered.') })),
      hold: object({ reasons: list(ref('HoldReason')) }, { id: text, status: text, expiresAt: instant }),
      approval: object({ hold: text, by: text, provenBy: text, reason: text, at: instant }),
      changedSince: object({ run: text, what: list(oneOf('tool', 'config', 'mapping', 'module')) }),
      paused: object({ until: instant, by: text, reason: text }),
      error: ref('Problem'),
    },
  ),
  Item: object(
    { change: oneOf('add', 'change', 'remove', 'move'), uniqueId: masked('Of the record.') },
    {
      fields: list(object({ name: text, from: masked('Before.'), to: masked('After.') })),
    },
  ),
  RecordProblem: object(
    { code: text, message: text },
    { at: masked('Where its row is.'), uniqueId: masked('Of the record.'), field: text },
  ),
}

const holds = {
  HoldReason: object(
    { rule: text, message: { ...text, description: 'The arithmetic as a sentence.' } },
    { limit: text, allowed: number, actual: number, of: number, names: list(text) },
  ),
  Hold: object(
    {
      id: text,
      resource: text,
      runId: text,
      planHash: text,
      status: oneOf('open', 'approved', 'rejected', 'superseded', 'closed', 'expired', 'used'),
      openedAt: instant,
      expiresAt: instant,
      reasons: list(ref('HoldReason')),
    },
    { decision: object({ by: text, provenBy: text, reason: text, at: instant }) },
  ),
}

const others = {
  Connector: object({ name: text, use: text }, { check: ref('Check') }),
  Check: object({ connector: text, at: instant, ok: flag, says: text }, { code: text, hint: text }),
  Problem: object(
    { code: { ...text, description: 'Stable, for programs.' }, message: text },
    { hint: { ...text, description: 'The next step.' } },
  ),
  Failure: object({ error: ref('Problem') }),
}

export const SCHEMAS: Readonly<Record<string, JsonSchema>> = { ...status, ...runs, ...holds, ...others }

export { count, list, object, text }
