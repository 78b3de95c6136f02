import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'

const VARIABLE = '^[A-Za-z_][A-Za-z0-9_]*$'

export const EXEC_OPTIONS = {
  type: 'object',
  properties: {
    command: {
      type: 'array',
      items: { type: 'string', description: 'The program first, then each argument as it is.' },
      minItems: 1,
      description:
        'The program and its arguments. There is no shell. A program without a slash is looked up on PATH, one with a slash from `cwd`.',
    },
    cwd: {
      type: 'string',
      format: 'path',
      default: '.',
      description: 'The folder that the program runs in. Default: the folder of the configuration.',
    },
    passEnv: {
      type: 'array',
      items: { type: 'string', pattern: VARIABLE, description: 'The name of a variable.' },
      default: [],
      description:
        'Names of variables of our own environment that the program sees too. One that is not set is a mistake.',
    },
    env: {
      type: 'object',
      properties: {},
      additionalProperties: { type: 'string', description: 'The value of the variable.' },
      default: {},
      description: 'Variables and their values. Besides, the program sees only PATH, HOME, LANG and TZ.',
    },
    secretEnv: {
      type: 'object',
      properties: {},
      additionalProperties: { type: 'string', secret: true, description: 'The value of the variable, by reference.' },
      default: {},
      description: 'Variables whose values are secret, by reference. They are taken out of what the program logs.',
    },
    timeout: {
      type: 'string',
      format: 'duration',
      description: 'The program is ended when it runs for longer. Without it the `timeout` of the resource holds.',
      examples: ['10m'],
    },
    idleTimeout: {
      type: 'string',
      format: 'duration',
      description: 'The program is ended when it writes nothing, neither rows nor messages, for longer.',
      examples: ['2m'],
    },
    maxOutput: {
      type: 'integer',
      minimum: 1,
      default: 10_240,
      description: 'The program is ended when it writes more MiB than this.',
    },
    maxRow: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: 10,
      description: 'The longest line in MiB; a longer one fails the read.',
    },
  },
  required: ['command'],
} as const satisfies ObjectSchema

export type ExecOptions = OptionsOf<typeof EXEC_OPTIONS>
