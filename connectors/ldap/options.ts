import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'

export const LDAP_OPTIONS = {
  type: 'object',
  properties: {
    urls: {
      type: 'array',
      items: {
        type: 'string',
        pattern: '^ldaps?://(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?/?$',
        description: 'ldap:// or ldaps://, the host, and the port unless it is 389 or 636.',
        examples: ['ldaps://dc1.example.com', 'ldap://ldap.example.com:1389'],
      },
      minItems: 1,
      description:
        'Servers, tried in order until one answers. The whole read then stays with that one: two servers of one directory are never of the same instant.',
    },
    startTls: {
      type: 'boolean',
      default: false,
      description:
        'Encrypt a connection to an ldap:// URL by StartTLS before anything else is said. One to ldaps:// always is.',
    },
    ca: {
      type: 'string',
      format: 'path',
      description: 'PEM file with the authority of the servers, trusted besides the usual ones.',
      examples: ['./tls/company-ca.pem'],
    },
    serverName: {
      type: 'string',
      minLength: 1,
      description: 'The name that the certificate must have, when it is not the host of the URL.',
      examples: ['dc1.ad.example.com'],
    },
    bindDn: {
      type: 'string',
      minLength: 1,
      description:
        'Who reads: a DN, or for Active Directory also a user principal name. Without it the read is anonymous.',
      examples: ['cn=reader,ou=services,dc=example,dc=com', 'vanta-sync@ad.example.com'],
    },
    password: { type: 'string', secret: true, description: 'The password of bindDn.' },
    directory: {
      type: 'string',
      enum: ['auto', 'active-directory', 'openldap', '389-ds', 'generic'],
      default: 'auto',
      description:
        'What kind of server it is: which entries are people, what the stable id is, how a disabled account shows. auto asks the server.',
    },
    base: {
      type: 'string',
      minLength: 1,
      description: 'Entry below which to look. Without it the one naming context that the server announces.',
      examples: ['ou=people,dc=example,dc=com'],
    },
    scope: {
      type: 'string',
      enum: ['sub', 'one', 'base'],
      default: 'sub',
      description: 'sub: base and everything below; one: only what is directly below; base: only that entry.',
    },
    objects: {
      type: 'string',
      enum: ['people', 'computers', 'groups', 'custom'],
      default: 'people',
      description: 'What to read. custom takes what `filter` finds.',
    },
    filter: {
      type: 'string',
      minLength: 1,
      description:
        'An LDAP filter that entries must match besides what `objects` says; it may be written over several lines.',
      examples: ['(&(employeeType=staff)(!(ou=training)))'],
    },
    excludeUnder: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'A DN.', examples: ['ou=services,dc=example,dc=com'] },
      default: [],
      description: 'Entries to leave out together with everything below them, which no filter can say everywhere.',
    },
    attributes: {
      type: 'array',
      items: {
        type: 'string',
        pattern: '^(\\*|[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*|[0-9]+(\\.[0-9]+)+)$',
        description: 'A name, in any letter case; * for all that the server shows unasked.',
        examples: ['employeeNumber'],
      },
      minItems: 1,
      description: 'What to read of each entry, instead of the usual list of `objects`. Fewer are faster.',
    },
    lists: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'An attribute.', examples: ['mail'] },
      default: [],
      description: 'Attributes that are lists in every row, however many values an entry has.',
    },
    texts: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'An attribute.', examples: ['departmentNumber'] },
      default: [],
      description: 'Attributes that are text in every row: the first value, however many an entry has.',
    },
    binary: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'An attribute.', examples: ['fingerprint'] },
      default: [],
      description: 'Attributes that hold bytes where the schema does not say so; they become base64.',
    },
    idAttribute: {
      type: 'string',
      minLength: 1,
      description:
        'The attribute that becomes the field `id`. Without it objectGUID, entryUUID or nsUniqueId, which outlive renames and moves.',
      examples: ['employeeNumber'],
    },
    withoutMail: {
      type: 'string',
      pattern: '^(keep|exclude|[^\\s@]+@[^\\s@]+)$',
      default: 'keep',
      description:
        'What becomes of accounts without mail, often of services: keep, exclude, or an address to give them, with attributes in braces.',
      examples: ['{uid}@accounts.invalid'],
    },
    serviceAccounts: {
      type: 'boolean',
      default: false,
      description: 'Read the managed service accounts of Active Directory (gMSA, sMSA) among the people.',
    },
    lockedOut: {
      type: 'string',
      enum: ['disabled', 'active'],
      default: 'disabled',
      description:
        'What an account is that the password policy has locked at a certain time (pwdAccountLockedTime). Locked for good is always disabled.',
    },
    groups: {
      type: 'object',
      description: 'What to do with groups. Members of groups in groups count, circles are harmless.',
      properties: {
        only: {
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            description: 'A DN, or the name (cn, sAMAccountName) that one group alone has.',
            examples: ['cn=staff,ou=groups,dc=example,dc=com', 'staff'],
          },
          minItems: 1,
          description:
            'Read only members of at least one of these groups. A group that cannot be found fails the read.',
        },
        field: {
          type: 'boolean',
          default: false,
          description: 'Give each row a field `groups`: the names of all its groups, primary one included, sorted.',
        },
        nested: {
          type: 'boolean',
          default: true,
          description: 'Whether the members of a group in a group are members. false counts direct members alone.',
        },
        base: {
          type: 'string',
          minLength: 1,
          description: 'Entry below which groups are. Without it the naming context that `base` lies in.',
        },
      },
    },
    referrals: {
      type: 'string',
      enum: ['incomplete', 'ignore'],
      default: 'incomplete',
      description:
        'What it means when the server points to another one for a part of the tree: ignore says that this part is not wanted.',
    },
    pageSize: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      default: 1000,
      description: 'Entries to ask for at a time.',
    },
    timeLimit: {
      type: 'string',
      format: 'duration',
      default: '5m',
      description: 'How long the server may work on one page, told to the server; 0s leaves it to the server.',
    },
    answerTimeout: {
      type: 'string',
      format: 'duration',
      default: '2m',
      description: 'How long the server may be silent while an answer is due.',
    },
    connectTimeout: {
      type: 'string',
      format: 'duration',
      default: '10s',
      description: 'How long one server may take to be connected, TLS included.',
    },
  },
  required: ['urls'],
} as const satisfies ObjectSchema

export type LdapOptions = OptionsOf<typeof LDAP_OPTIONS>

export type Directory = Exclude<LdapOptions['directory'], 'auto'>

export type Objects = LdapOptions['objects']
