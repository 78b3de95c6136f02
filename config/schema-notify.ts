/** Who is told, and where metrics are written. */
import type { SchemaNode } from './schema-node.ts'

export const DEFAULT_REMIND = '24h'

const secretUrl = (description: string, example: string): SchemaNode => ({
  type: 'string',
  secret: true,
  description,
  examples: [{ env: example }],
})

const webhook: SchemaNode = {
  type: 'object',
  description: 'A POST of JSON, signed when there is a secret.',
  additionalProperties: false,
  required: ['url'],
  properties: {
    url: secretUrl('Where to.', 'WEBHOOK_URL'),
    secret: secretUrl('Signs the body: HMAC-SHA256, in the header vanta-sync-signature.', 'WEBHOOK_SECRET'),
  },
}

const mail: SchemaNode = {
  type: 'object',
  description: 'E-mail by SMTP.',
  additionalProperties: false,
  required: ['smtp', 'from', 'to'],
  properties: {
    smtp: secretUrl('smtps://user:password@host, or smtp:// for STARTTLS.', 'SMTP_URL'),
    from: { type: 'string', minLength: 3, description: 'The sender.', examples: ['vanta-sync@example.com'] },
    to: {
      type: 'array',
      orSingle: true,
      items: { type: 'string', minLength: 3 },
      minItems: 1,
      description: 'Who gets it.',
      examples: [['it@example.com']],
    },
  },
}

const ping: SchemaNode = {
  type: 'object',
  description: "A dead man's switch: URLs that are fetched when a run starts, has succeeded, or has not.",
  additionalProperties: false,
  minProperties: 1,
  properties: {
    start: secretUrl('When a run starts.', 'PING_START'),
    success: secretUrl('When everything in it was pushed.', 'PING_SUCCESS'),
    failure: secretUrl('When it failed or was held.', 'PING_FAILURE'),
  },
}

export const notifySchema: SchemaNode = {
  type: 'array',
  description: 'Who is told when a resource is held, fails or recovers.',
  items: {
    type: 'object',
    description: 'One place: slack, teams, webhook, mail or ping.',
    additionalProperties: false,
    properties: {
      slack: secretUrl('The URL of an incoming webhook.', 'SLACK_WEBHOOK'),
      teams: secretUrl(
        'The URL of a workflow that posts to a channel when a webhook request is received.',
        'TEAMS_WEBHOOK',
      ),
      webhook,
      mail,
      ping,
      name: {
        type: 'string',
        format: 'name',
        description: 'What logs call it, and what the state remembers deliveries by; made of its kind unless told.',
      },
      resources: {
        type: 'array',
        orSingle: true,
        items: { type: 'string', minLength: 1 },
        minItems: 1,
        uniqueItems: true,
        description: 'Only these; all unless told.',
      },
      remind: {
        type: 'string',
        format: 'delay',
        default: DEFAULT_REMIND,
        description: 'What goes on is told again after so long; 0 never.',
      },
    },
  },
}

export const metricsSchema: SchemaNode = {
  type: 'object',
  description: 'Metrics for those who run it from cron; the daemon has /metrics, too.',
  additionalProperties: false,
  required: ['textfile'],
  properties: {
    textfile: {
      type: 'string',
      minLength: 1,
      description: "A file for node_exporter's textfile collector, written anew after each run.",
      examples: ['/var/lib/node_exporter/vanta_sync.prom'],
    },
  },
}
