import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'
import { SIZE_PATTERN } from '../../core/text/size.ts'

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
      type: 'string',
      pattern: SIZE_PATTERN,
      default: '10GiB',
      description: 'The program is ended when it writes more than this to standard output.',
      examples: ['500MiB'],
    },
    maxRow: {
      type: 'string',
      pattern: '^([1-9]|[1-5][0-9]|6[0-4])MiB$',
      default: '10MiB',
      description: 'The longest line, up to 64MiB; a longer one fails the read.',
      examples: ['20MiB'],
    },
  },
  required: ['command'],
} as const satisfies ObjectSchema

export type ExecOptions = OptionsOf<typeof EXEC_OPTIONS>
