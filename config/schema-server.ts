/** The daemon's page, probes and metrics: where they listen, and who may look. */
import type { SchemaNode } from './schema-node.ts'

export const DEFAULT_SERVER = { host: '127.0.0.1', port: 8400 }

const port = (description: string, more: { default?: number } = {}): SchemaNode => ({
  type: 'integer',
  minimum: 0,
  maximum: 65_535,
  description,
  ...more,
})

const user: SchemaNode = {
  type: 'object',
  description: 'Somebody who may look, or also approve: a person with a password, a program with a token.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'What the history calls them.', examples: ['ada'] },
    role: {
      type: 'string',
      enum: ['viewer', 'approver'],
      default: 'viewer',
      description: 'viewer looks; approver also runs, approves, rejects, pauses and resumes.',
    },
    password: {
      type: 'string',
      secret: true,
      description: 'For the login page, and for HTTP Basic.',
      examples: [{ file: '/run/secrets/ada_password' }],
    },
    token: {
      type: 'string',
      secret: true,
      description: 'For programs: Authorization: Bearer.',
      examples: [{ env: 'PROMETHEUS_TOKEN' }],
    },
  },
}

const proxyUser: SchemaNode = {
  type: 'object',
  description: 'A proxy that has asked people who they are, and says it in a header.',
  additionalProperties: false,
  required: ['header', 'from'],
  properties: {
    header: {
      type: 'string',
      format: 'header-name',
      description: 'The header that holds the name. The proxy must take it out of what comes from outside.',
      examples: ['X-Forwarded-User'],
    },
    from: {
      type: 'array',
      orSingle: true,
      items: { type: 'string', format: 'network' },
      minItems: 1,
      description: 'Addresses of the proxy, or ranges such as 10.1.0.0/24. From anywhere else the header is ignored.',
    },
    approvers: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      description: 'Names that may approve; everybody else that the proxy lets in may look.',
    },
  },
}

export const serverSchema: SchemaNode = {
  type: 'object',
  description: 'Where the daemon shows its status.',
  additionalProperties: false,
  properties: {
    host: {
      type: 'string',
      minLength: 1,
      default: DEFAULT_SERVER.host,
      description: 'Address to listen on. Beyond this machine it takes users, and tls or behindProxy.',
    },
    port: port('Port; 0 takes a free one.', { default: DEFAULT_SERVER.port }),
    publicUrl: {
      type: 'string',
      format: 'public-url',
      description: 'Where people reach it, for links in notifications; the only host name that it answers to, then.',
      examples: ['https://vanta-sync.example.com'],
    },
    tls: {
      type: 'object',
      description: 'PEM files; read again when they change.',
      additionalProperties: false,
      required: ['cert', 'key'],
      properties: {
        cert: { type: 'string', minLength: 1, description: 'The certificate, and those that lead to its authority.' },
        key: { type: 'string', minLength: 1, description: 'Its private key.' },
      },
    },
    behindProxy: {
      type: 'boolean',
      default: false,
      description: 'Something in front of it speaks TLS.',
    },
    probe: {
      type: ['string', 'object'],
      format: 'address',
      description: 'Where /livez and /readyz are for an orchestrator: no login, no detail. Host and port.',
      examples: ['0.0.0.0:8401'],
      additionalProperties: false,
      required: ['port'],
      properties: {
        host: { type: 'string', minLength: 1, default: '127.0.0.1', description: 'Address to listen on.' },
        port: port('Port; 0 takes a free one.'),
      },
    },
    users: { type: 'array', items: user, description: 'Who may look, and who may approve.' },
    proxyUser,
  },
}
