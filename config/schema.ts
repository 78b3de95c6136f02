/**
 * The configuration, described once. Checks, defaults, messages and the published JSON Schema follow from this.
 * References (`{ env: NAME }` and its like) are not mentioned: they may stand wherever a scalar may.
 */
import { READ_SCOPE, WRITE_SCOPE } from '../core/resource.ts'
import { resourceTypeNames } from '../schemas/resource-types.ts'
import { resourceKeys, resourcePolicies } from './schema-resource.ts'
import type { SchemaNode } from './schema-node.ts'
import { metricsSchema, notifySchema } from './schema-notify.ts'
import { serverSchema } from './schema-server.ts'

export const DEFAULT_SCOPES: readonly string[] = [READ_SCOPE, WRITE_SCOPE]
export const ALL_SCOPES: readonly string[] = [...DEFAULT_SCOPES, 'self:read-document', 'self:write-document']

export const DEFAULT_LIMITS = { tokenRequests: 5, resourceRequests: 20 }
export const DEFAULT_RETENTION = { history: '400d', personalData: '90d' }
export const DEFAULT_STATE_PATH = './.vanta-sync'

const limits: SchemaNode = {
  type: 'object',
  description: 'Requests a minute. May be raised only for a loopback baseUrl, such as that of the sandbox.',
  additionalProperties: false,
  properties: {
    tokenRequests: {
      type: 'integer',
      minimum: 1,
      default: DEFAULT_LIMITS.tokenRequests,
      description: 'Token requests a minute, over all applications of the state.',
    },
    resourceRequests: {
      type: 'integer',
      minimum: 1,
      default: DEFAULT_LIMITS.resourceRequests,
      description: 'Resource requests a minute, for each application.',
    },
  },
}

const vanta: SchemaNode = {
  type: 'object',
  description: 'Which Vanta. Without it: the commercial one.',
  additionalProperties: false,
  properties: {
    region: {
      type: 'string',
      enum: ['commercial', 'gov'],
      default: 'commercial',
      description:
        'commercial is https://api.vanta.com (tenants of the US, the EU and Australia), gov is https://api.vanta-gov.com.',
    },
    baseUrl: {
      type: 'string',
      format: 'base-url',
      description: 'Instead of region: the origin of the API. https, or http on this machine.',
      examples: ['http://127.0.0.1:8410'],
    },
    ca: {
      type: 'string',
      minLength: 1,
      description: 'A file of PEM certificates that are trusted besides the usual ones, for a proxy that opens TLS.',
      examples: ['./company-ca.pem'],
    },
    limits,
  },
}

const application: SchemaNode = {
  type: 'object',
  description: 'An application in the Developer Console of Vanta (Build Integrations, Private).',
  additionalProperties: false,
  required: ['clientId', 'clientSecret'],
  properties: {
    clientId: {
      type: 'string',
      minLength: 1,
      description: 'The client id of the application.',
      examples: [{ env: 'VANTA_CLIENT_ID' }],
    },
    clientSecret: {
      type: 'string',
      secret: true,
      description: 'The client secret; read again for each token, so that a rotated one needs no restart.',
      examples: [{ file: '/run/secrets/vanta_client_secret' }],
    },
    scopes: {
      type: 'array',
      items: { type: 'string', enum: ALL_SCOPES },
      minItems: 1,
      uniqueItems: true,
      default: DEFAULT_SCOPES,
      description: 'Scopes to ask for: write-resource to push, read-resource to read back what was pushed.',
    },
  },
}

const connector: SchemaNode = {
  type: 'object',
  description: 'A configured connector: a kind of system, and the options that say which one.',
  additionalProperties: false,
  required: ['use'],
  properties: {
    use: {
      type: 'string',
      minLength: 1,
      description: 'The name of a built-in connector, a module of yours (./connectors/assets.ts), or an npm package.',
      examples: ['csv', './connectors/assets.ts'],
    },
    with: { type: 'object', opaque: true, description: 'Options of the connector.' },
  },
}

const resource: SchemaNode = {
  type: 'object',
  description: 'A target in Vanta: which type and resource id, what feeds it, and what must hold before it is pushed.',
  additionalProperties: false,
  required: ['type', 'resourceId', 'from'],
  properties: { ...resourceKeys(resourceTypeNames), ...resourcePolicies },
}

const tables: SchemaNode = {
  type: 'object',
  description: 'Tables for lookup(table, key) in templates.',
  keys: 'name',
  additionalProperties: {
    type: 'object',
    dataKeys: true,
    description: 'Key and value.',
    additionalProperties: { type: 'string', description: 'What lookup gives for this key.' },
  },
}

export const configSchema: SchemaNode = {
  type: 'object',
  description: 'Configuration of vanta-sync: vanta.config.yaml.',
  additionalProperties: false,
  required: ['applications', 'connectors', 'resources'],
  properties: {
    vanta,
    zone: {
      type: 'string',
      format: 'zone',
      default: 'UTC',
      description: 'Time zone of schedules, and of dates in the data that name none.',
      examples: ['Europe/Berlin'],
    },
    applications: {
      type: 'object',
      description: 'Applications, by a name of yours.',
      keys: 'name',
      minProperties: 1,
      additionalProperties: application,
    },
    connectors: {
      type: 'object',
      description: 'Configured connectors, by a name of yours.',
      keys: 'name',
      minProperties: 1,
      additionalProperties: connector,
    },
    resources: {
      type: 'object',
      description: 'What is kept true in Vanta, by a name of yours.',
      keys: 'name',
      minProperties: 1,
      additionalProperties: resource,
    },
    defaults: {
      type: 'object',
      description: 'Laid under each resource.',
      additionalProperties: false,
      properties: resourcePolicies,
    },
    tables,
    state: {
      type: 'object',
      description: 'Where runs, baselines, holds and history are kept.',
      additionalProperties: false,
      properties: {
        path: { type: 'string', minLength: 1, default: DEFAULT_STATE_PATH, description: 'A folder on a local disk.' },
        allowNetworkFs: {
          type: 'boolean',
          default: false,
          description: 'Take a folder on a network file system, where locks may not hold.',
        },
        retention: {
          type: 'object',
          description: 'How long it is kept what was.',
          additionalProperties: false,
          properties: {
            history: {
              type: 'string',
              format: 'span',
              default: DEFAULT_RETENTION.history,
              description: 'Runs, decisions and entries of the history.',
            },
            personalData: {
              type: 'string',
              format: 'span',
              default: DEFAULT_RETENTION.personalData,
              description: 'Ids, values and places in what is kept of runs.',
            },
          },
        },
      },
    },
    server: serverSchema,
    notify: notifySchema,
    metrics: metricsSchema,
  },
}
