import type { ObjectSchema, OptionsOf } from '../../core/connector.ts'

export const SQL_OPTIONS = {
  type: 'object',
  properties: {
    kind: {
      type: 'string',
      enum: ['postgres', 'mysql', 'mariadb', 'mssql', 'sqlite'],
      description: 'Which database it is: PostgreSQL, MySQL, MariaDB, SQL Server, or a file of SQLite.',
    },
    url: {
      type: 'string',
      secret: true,
      description:
        'Address and credentials in one, instead of `host`, `port`, `database`, `user` and `password`: `postgres://user:password@host:5432/database`. Always a reference, because of the password.',
    },
    host: {
      type: 'string',
      minLength: 1,
      description:
        'The server. An absolute path is its socket: with PostgreSQL the folder, with MySQL and MariaDB the socket itself.',
      examples: ['db.example.com', '/var/run/postgresql'],
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      description: 'Its port. Without it 5432 for PostgreSQL, 3306 for MySQL and MariaDB, 1433 for SQL Server.',
    },
    database: { type: 'string', minLength: 1, description: 'The database on the server.' },
    user: {
      type: 'string',
      minLength: 1,
      description: 'Who reads; it needs no right but to read. With SQL Server `DOMAIN\\user` logs in by NTLM.',
    },
    password: { type: 'string', secret: true, description: 'The password of `user`.' },
    path: { type: 'string', format: 'path', description: 'The file, with SQLite only.' },
    tls: {
      type: 'string',
      enum: ['verify', 'require', 'off'],
      description:
        '`verify` (the default) takes only a server with a trusted certificate for its name, `require` any certificate, and `off` no TLS at all. A socket has none.',
    },
    ca: {
      type: 'string',
      format: 'path',
      description:
        'PEM file of the authority that signed the certificate of the server, trusted besides the usual ones.',
    },
    query: {
      type: 'string',
      minLength: 1,
      description: 'The one statement whose rows are read. Either this or `queryFile`.',
      examples: ['select id, name, email from people where left_on is null'],
    },
    queryFile: {
      type: 'string',
      format: 'path',
      description: 'A file with that statement, in UTF-8.',
      examples: ['./people.sql'],
    },
    parameters: {
      type: 'array',
      items: { type: 'string', description: 'One value.' },
      default: [],
      description:
        'Values for the placeholders of the query, in order: `$1` with PostgreSQL, `@p1` with SQL Server, `?` with the others. Each is sent as text, and the database makes of it what stands there.',
    },
    count: {
      type: 'string',
      minLength: 1,
      description:
        'A second query, without parameters, that gives one number: how many rows the first must give. Another number is incomplete.',
      examples: ['select count(*) from people where left_on is null'],
    },
    key: {
      type: 'array',
      items: { type: 'string', minLength: 1, description: 'A column of the query.' },
      minItems: 1,
      description: 'Columns that tell a person which row it is, in messages; without them its number does.',
    },
    timeZone: {
      type: 'string',
      minLength: 1,
      description:
        'What the session takes for its zone: it decides what `current_date` is. Without it `zone` of the configuration. PostgreSQL, MySQL and MariaDB only.',
      examples: ['UTC', 'Europe/Berlin'],
    },
    connectTimeout: {
      type: 'string',
      format: 'duration',
      default: '15s',
      description: 'How long the connection may take; with SQLite how long a locked file is waited for.',
    },
    fetchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      default: 500,
      description: 'Rows that are fetched at a time.',
    },
  },
  required: ['kind'],
} as const satisfies ObjectSchema

export type SqlOptions = OptionsOf<typeof SQL_OPTIONS>

export type Kind = SqlOptions['kind']
