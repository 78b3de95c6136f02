/** The keys of a resource: what it is, and the policies that `defaults` may lay under all of them. */
import type { SchemaNode } from './schema-node.ts'

export const DEFAULT_POLICIES = {
  merge: 'error',
  onInvalid: 'carry-forward',
  carryFor: '7d',
  verify: true,
  timeout: '30m',
} as const
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
  description: 'When the daemon runs it: a cron expression, or one with its zone and a random delay.',
  examples: ['17 * * * *'],
  additionalProperties: false,
  required: ['cron'],
  properties: {
    cron: { type: 'string', format: 'cron', description: 'Minute, hour, day of the month, month, day of the week.' },
    zone: { type: 'string', format: 'zone', description: 'Time zone; the one of the file unless told.' },
    jitter: duration('A random delay of at most this long.', { examples: ['5m'] }),
  },
}

/** `merge` to `maxAge`: what `defaults` may hold. */
export const resourcePolicies: Readonly<Record<string, SchemaNode>> = {
  merge: {
    type: 'string',
    enum: ['error', 'first'],
    later: { join: 'joining the fields of several sources is not in this version' },
    default: DEFAULT_POLICIES.merge,
    description: 'When several sources give one id: a mistake, or the first source wins.',
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
    enum: ['omit'],
    default: 'omit',
    description: 'Records that left the sources leave Vanta.',
    properties: { deactivate: duration('How long those who left are sent as DEACTIVATED.') },
    additionalProperties: false,
    later: { deactivate: 'sending those who left as DEACTIVATED is not in this version' },
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

const source: SchemaNode = {
  type: 'object',
  description: 'A connector, and how its rows become records.',
  additionalProperties: false,
  required: ['connector'],
  properties: {
    connector: { type: 'string', minLength: 1, description: 'The name of a configured connector.' },
    with: { type: 'object', opaque: true, description: "Laid over the connector's own options." },
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
