import type { ObjectSchema } from '../../core/connector.ts'

/** One way each; which of them is the one is for `credentials.ts` to check. */
export const AUTH_OPTIONS = {
  type: 'object',
  description: 'How the reader proves who it is: exactly one of these. Without it no credentials are sent.',
  properties: {
    bearer: {
      type: 'string',
      secret: true,
      description: 'A token, sent as `Authorization: Bearer …`. Without that word.',
    },
    basic: {
      type: 'object',
      description: 'User and password (HTTP Basic).',
      properties: {
        user: { type: 'string', minLength: 1, description: 'Name of the user.' },
        secretUser: {
          type: 'string',
          secret: true,
          description: 'Instead of `user`, where an API key is sent as the name of the user.',
        },
        password: { type: 'string', secret: true, description: 'The password. Without it an empty one is sent.' },
      },
    },
    apiKey: {
      type: 'object',
      description: 'A key in a header or a query parameter of a name of its own.',
      properties: {
        key: { type: 'string', secret: true, description: 'The key.' },
        header: { type: 'string', minLength: 1, description: 'Name of the header.', examples: ['X-API-Key'] },
        query: {
          type: 'string',
          minLength: 1,
          description: 'Name of the query parameter, instead of a header. Keys in URLs end up in logs of servers.',
        },
        prefix: {
          type: 'string',
          description: 'Text before the key in the header, with its blank.',
          examples: ['Token '],
        },
      },
      required: ['key'],
    },
    oauth: {
      type: 'object',
      description:
        'A token from a token server (OAuth 2.0 client credentials), asked for at each read, kept in memory.',
      properties: {
        tokenUrl: { type: 'string', pattern: '^https?://', description: 'URL of the token server.' },
        clientId: { type: 'string', minLength: 1, description: 'Id of the client.' },
        clientSecret: { type: 'string', secret: true, description: 'Secret of the client.' },
        scope: { type: 'string', description: 'Scopes to ask for, with blanks between them.' },
        audience: { type: 'string', description: 'The API that the token is for, where the server wants to know.' },
        parameters: {
          type: 'object',
          description: 'Further parameters of the request for a token, such as `resource`.',
          properties: {},
          additionalProperties: { type: 'string', description: 'Value of the parameter.' },
        },
        format: {
          type: 'string',
          enum: ['form', 'json'],
          default: 'form',
          description: 'How that request is written: as a form, as the standard has it, or as JSON.',
        },
        clientIn: {
          type: 'string',
          enum: ['body', 'header'],
          default: 'body',
          description: 'Where id and secret are sent: in the body, or in the Authorization header (HTTP Basic).',
        },
      },
      required: ['tokenUrl', 'clientId', 'clientSecret'],
    },
  },
} as const satisfies ObjectSchema
