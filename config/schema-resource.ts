/** The keys of a resource: what it is, and the policies that `defaults` may lay under all of them. */
import type { SchemaNode } from './schema-node.ts'

export const DEFAULT_POLICIES = {
  merge: 'error',
  onInvalid: 'carry-forward',
  carryFor: '7d',
  onGone: 'omit',
  verify: true,
  timeout: '30m',
} as const
/** Of `onGone: deactivate`. */
export const DEFAULT_KEEP_GONE = '90d'
export const DEFAULT_JITTER = '60s'
export const DEFAULT_GUARD = {
  maxRemoved: '5%',
  maxChanged: '50%',
  maxAdded: '50%',
  maxInvalid: '5%',
  minRecords: 1,
  window: '24h',
} as const

function limit(what: string, value: string): SchemaNode {
  return {
    type: 'string',
    format: 'limit',
    default: value,
    description: `${what} A share or a count.`,
    examples: [value, 10],
  }
}

function duration(description: string, more: { default?: string; examples?: readonly string[] } = {}): SchemaNode {
  return { type: 'string', format: 'duration', description, ...more }
}

const guard: SchemaNode = {
  type: 'object',
  description: 'What a plan may do without anybody looking; more than that is held.',
  additionalProperties: false,
  properties: {
    maxRemoved: limit('Records that leave, and accounts that turn to DEACTIVATED.', DEFAULT_GUARD.maxRemoved),
    maxChanged: limit('Records that change.', DEFAULT_GUARD.maxChanged),
    maxAdded: limit('Records that are new; of at least 20.', DEFAULT_GUARD.maxAdded),
    maxInvalid: limit('Records that are not valid.', DEFAULT_GUARD.maxInvalid),
    minRecords: {
      type: 'integer',
      minimum: 0,
      default: DEFAULT_GUARD.minRecords,
      description: 'Fewer records than that are no set to push. 0 lets an empty set pass.',
    },
    mustInclude: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      description:
        'uniqueIds that every set must have: people who never leave, as a proof that the source is the right one.',
      examples: [['E-1001']],
    },
    groupBy: {
      type: 'string',
      minLength: 1,
      description: 'A field of the rows; no group of 5 or more may vanish whole.',
    },
    window: duration('Departures are counted over this time, so that losses cannot trickle through.', {
      default: DEFAULT_GUARD.window,
    }),
  },
}

const schedule: SchemaNode = {
  type: ['string', 'object'],
  format: 'cron',
  description: 'When the daemon runs it: a cron expression, or one with its zone and jitter.',
  examples: ['17 * * * *'],
  additionalProperties: false,
  required: ['cron'],
  properties: {
    cron: { type: 'string', format: 'cron', description: 'Minute, hour, day of the month, month, day of the week.' },
    zone: { type: 'string', format: 'zone', description: 'Time zone; the one of the file unless told.' },
    jitter: {
      type: 'string',
      format: 'delay',
      default: DEFAULT_JITTER,
      description:
        'The longest delay after each slot, so that not everything starts at once. How much of it a resource takes is always the same; 0 for none.',
      examples: ['5m', 0],
    },
  },
}

/** `merge` to `maxAge`: what `defaults` may hold. */
export const resourcePolicies: Readonly<Record<string, SchemaNode>> = {
  merge: {
    type: 'string',
    enum: ['error', 'first', 'join'],
    default: DEFAULT_POLICIES.merge,
    description:
      'When several sources have one record and differ: it is invalid, the first source wins, or the first that gives a field wins that field.',
  },
  onInvalid: {
    type: 'string',
    enum: ['carry-forward', 'block', 'drop'],
    default: DEFAULT_POLICIES.onInvalid,
    description:
      'A record that is not valid is sent as last accepted, stops the push, or is left out (which deletes it).',
  },
  carryFor: duration('A record carried forward for longer than this blocks.', { default: DEFAULT_POLICIES.carryFor }),
  onGone: {
    type: ['string', 'object'],
    format: 'gone',
    default: DEFAULT_POLICIES.onGone,
    description:
      'Records that left the sources leave Vanta at once (omit), or, user accounts only, are sent as DEACTIVATED first (deactivate).',
    examples: ['deactivate', { deactivate: '180d' }],
    properties: {
      deactivate: {
        type: 'string',
        format: 'span',
        description: 'How long those who left are sent as DEACTIVATED.',
        examples: [DEFAULT_KEEP_GONE],
      },
    },
    required: ['deactivate'],
    additionalProperties: false,
  },
  guard,
  verify: {
    type: 'boolean',
    default: DEFAULT_POLICIES.verify,
    description: 'Read back after the push; needs the read-resource scope.',
  },
  maxDataAge: {
    type: 'string',
    format: 'span',
    description: 'Older source data is incomplete, and not pushed.',
    examples: ['2d'],
  },
  timeout: { type: 'string', format: 'timeout', description: 'Of one read.', default: DEFAULT_POLICIES.timeout },
  schedule,
  maxAge: {
    type: 'string',
    format: 'span',
    description: 'Without a success for longer, the resource is unhealthy.',
    examples: ['3h'],
  },
}

const connectorName: SchemaNode = {
  type: 'string',
  minLength: 1,
  description: 'The name of a configured connector.',
}
const ownOptions: SchemaNode = { type: 'object', opaque: true, description: "Laid over the connector's own options." }

const joined: SchemaNode = {
  type: 'object',
  description: 'A source that is looked up for each row of the one it is joined to, which decides who exists.',
  additionalProperties: false,
  required: ['connector', 'by'],
  properties: {
    connector: connectorName,
    with: ownOptions,
    as: {
      type: 'string',
      minLength: 1,
      description: "Its name in expressions, as in {{ dir.login }}; the connector's name unless told.",
      examples: ['dir'],
    },
    by: {
      type: ['string', 'object'],
      minLength: 1,
      description: 'The key that rows of both sides share: the name of a column that both have, or one key for each.',
      examples: ['email', { left: '{{ lower(email) }}', right: '{{ lower(mail) }}' }],
      additionalProperties: false,
      required: ['left', 'right'],
      properties: {
        left: {
          type: 'string',
          minLength: 1,
          description: 'Of the source that it is joined to: a column, or a template "{{ … }}".',
        },
        right: {
          type: 'string',
          minLength: 1,
          description: 'Of the joined source: a column, or a template "{{ … }}".',
        },
      },
    },
    missing: {
      type: 'string',
      enum: ['keep', 'invalid'],
      default: 'keep',
      description: 'A row that it has nothing for: its columns are absent, or the record is invalid.',
    },
  },
}

const source: SchemaNode = {
  type: 'object',
  description: 'A connector, and how its rows become records.',
  additionalProperties: false,
  required: ['connector'],
  properties: {
    connector: connectorName,
    with: ownOptions,
    join: {
      type: 'array',
      orSingle: true,
      items: joined,
      minItems: 1,
      description: 'Other sources that say more about its rows; each may be looked up by what those before it say.',
    },
    key: {
      type: 'string',
      minLength: 1,
      description:
        'What makes rows of several sources one record: a column, or a template "{{ … }}"; uniqueId unless told. Every source of the resource has one, or none.',
      examples: ['{{ lower(email) }}'],
    },
    map: {
      type: 'object',
      opaque: true,
      description:
        'Fields of the type: a constant, a template, or a translation. A field not named maps itself from its column.',
    },
  },
}

/** What a resource has of its own. */
export function resourceKeys(typeNames: readonly string[]): Readonly<Record<string, SchemaNode>> {
  return {
    application: {
      type: 'string',
      minLength: 1,
      description: 'The name of an application; may be left out when there is one.',
    },
    type: { type: 'string', enum: typeNames, description: 'The type that the resource has in the Developer Console.' },
    resourceId: {
      type: 'array',
      orSingle: true,
      items: { type: 'string', format: 'resource-id' },
      minItems: 1,
      uniqueItems: true,
      description: 'The Resource ID that the Developer Console shows; or a list, over which the set is partitioned.',
    },
    customProperties: {
      type: 'object',
      dataKeys: true,
      description: 'Custom properties as declared in the Developer Console: name and kind.',
      additionalProperties: { type: 'string', enum: ['string', 'boolean', 'int32'] },
      examples: [{ hostname: 'string', port: 'int32' }],
    },
    from: {
      type: 'array',
      orSingle: true,
      items: source,
      minItems: 1,
      description: 'What feeds it; all sources together are the set.',
    },
  }
}
