/** Options of places that are not this machine's own disk, and of files that are packed. */
import type { ObjectSchema, OptionSchema } from '../../core/connector.ts'
import { SIZE_PATTERN } from '../../core/text/size.ts'

const SFTP = {
  type: 'object',
  description: 'How to log in where `path` is sftp://user@host:port/folder/file.',
  properties: {
    user: { type: 'string', minLength: 1, description: 'The user, when `path` does not name one.' },
    password: { type: 'string', secret: true, description: 'The password of the user.' },
    privateKey: {
      type: 'string',
      secret: true,
      description: 'The text of the private key, in OpenSSH or PEM format; instead of a password or besides it.',
    },
    passphrase: { type: 'string', secret: true, description: 'The passphrase of `privateKey`.' },
    hostKey: {
      type: 'string',
      minLength: 1,
      description:
        'The key by which the server is known: its fingerprint (SHA256:…) or its line of known_hosts; several on lines of their own or separated by commas. Required: a server that cannot show it gets no password.',
      examples: ['SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'],
    },
    connectTimeout: {
      type: 'string',
      format: 'duration',
      default: '20s',
      description: 'How long connecting and logging in may take.',
    },
    keepalive: {
      type: 'string',
      format: 'duration',
      default: '15s',
      description: 'How often a silent server is asked for a sign of life; after three without an answer it is lost.',
    },
    answerTimeout: {
      type: 'string',
      format: 'duration',
      default: '60s',
      description: 'How long the server may take to answer one request for a folder or a piece of a file.',
    },
  },
} as const satisfies ObjectSchema

const HTTP = {
  type: 'object',
  description: 'How to ask where `path` is https://host/file.',
  properties: {
    bearer: { type: 'string', secret: true, description: 'A token, sent as `Authorization: Bearer …`.' },
    user: { type: 'string', minLength: 1, description: 'User of basic authentication.' },
    password: { type: 'string', secret: true, description: 'Password of basic authentication.' },
    headers: {
      type: 'object',
      description: 'Headers to send, by name, for keys of APIs.',
      properties: {},
      additionalProperties: { type: 'string', secret: true, description: 'The value of the header.' },
    },
    ca: {
      type: 'string',
      format: 'path',
      description: 'A file of PEM certificates that are trusted besides the usual ones.',
    },
    allowUnencrypted: {
      type: 'boolean',
      default: false,
      description: 'Permit http:// to other machines than this one: anybody on the way can read and change the file.',
    },
  },
} as const satisfies ObjectSchema

const PGP = {
  type: 'object',
  description: 'How to decrypt files; with it a file that is not encrypted is refused.',
  properties: {
    privateKey: {
      type: 'string',
      secret: true,
      description: 'The private key for which the files are encrypted, in ASCII armour.',
    },
    passphrase: {
      type: 'string',
      secret: true,
      description: 'The passphrase of `privateKey`; without a key, the one with which the files are encrypted.',
    },
    signedBy: {
      type: 'string',
      format: 'path',
      description:
        'A file with the public keys of whoever delivers: a file without a valid signature of one is refused.',
    },
  },
} as const satisfies ObjectSchema

export const LOCATION_OPTIONS = {
  mountPoint: {
    type: 'string',
    format: 'path',
    description: 'The folder at which the share of `path` is mounted. While nothing is mounted there, nothing is read.',
  },
  unpack: {
    type: 'string',
    enum: ['auto', 'none', 'gzip', 'zip', 'pgp'],
    default: 'auto',
    description:
      'What the file is packed in: gzip, a zip archive with one file, a PGP message, or several of them inside each other. auto goes by the endings of the name and by the first bytes.',
  },
  maxUnpacked: {
    type: 'string',
    pattern: SIZE_PATTERN,
    default: '2GiB',
    description:
      'Most content of a file that is unpacked, or that is copied to this machine to be read: a small archive can fill any disk.',
    examples: ['500MiB', '10GiB'],
  },
  pgp: PGP,
  sftp: SFTP,
  http: HTTP,
} as const satisfies Readonly<Record<string, OptionSchema>>
