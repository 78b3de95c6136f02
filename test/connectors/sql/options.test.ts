import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { checkOptions } from '../../../core/options.ts'
import { Secret } from '../../../core/secret.ts'
import { listen } from '../../support/loopback.ts'
import { freePort } from '../../support/postgres.ts'
import { abortWhileWaiting, type Options, read, sayFailure } from './support.ts'

const ADDRESS = { host: 'localhost', database: 'hr', user: 'reader' }
const query = 'select 1 as id'

function ofUrl(url: string, more: Options = {}): Options {
  return { kind: 'postgres', url: new Secret(url), query, ...more }
}

describe('options of sql', () => {
  test.each<[string, Options, string]>([
    ['no query', { kind: 'sqlite', path: '/x.db' }, 'sql-query'],
    ['two queries', { kind: 'sqlite', path: '/x.db', query, queryFile: '/x.sql' }, 'sql-query'],
    ['a blank query', { kind: 'sqlite', path: '/x.db', query: ' ' }, 'sql-query'],
    ['no file', { kind: 'sqlite', query }, 'sql-options'],
    ['a host with a file', { kind: 'sqlite', path: '/x.db', host: 'db', query }, 'sql-options'],
    ['tls with a file', { kind: 'sqlite', path: '/x.db', tls: 'off', query }, 'sql-options'],
    ['a file with a server', { kind: 'postgres', ...ADDRESS, path: '/x.db', query }, 'sql-options'],
    ['no host', { kind: 'mysql', database: 'hr', user: 'reader', query }, 'sql-options'],
    ['no user', { kind: 'mssql', host: 'db', database: 'hr', query }, 'sql-options'],
    ['a ca without its use', { kind: 'postgres', ...ADDRESS, tls: 'require', ca: '/ca.pem', query }, 'sql-options'],
    ['a ca with a socket', { kind: 'postgres', ...ADDRESS, host: '/run', ca: '/ca.pem', query }, 'sql-options'],
    ['tls with a socket', { kind: 'postgres', ...ADDRESS, host: '/run', tls: 'verify', query }, 'sql-options'],
    ['a socket of SQL Server', { kind: 'mssql', ...ADDRESS, host: '/run/x', query }, 'sql-options'],
    ['an instance of SQL Server', { kind: 'mssql', ...ADDRESS, host: 'db\\HR', query }, 'sql-options'],
    ['a zone of SQL Server', { kind: 'mssql', ...ADDRESS, timeZone: 'UTC', query }, 'sql-options'],
    ['a zone that is none', { kind: 'postgres', ...ADDRESS, timeZone: 'Mars/Olympus', query }, 'sql-zone'],
    ['an offset as a zone', { kind: 'postgres', ...ADDRESS, timeZone: '+02:00', query }, 'sql-zone'],
    ['a URL and a host', { ...ofUrl('postgres://u:p@h/d'), host: 'h' }, 'sql-options'],
    ['two words about TLS', ofUrl('postgres://u:p@h/d?sslmode=require', { tls: 'off' }), 'sql-options'],
  ])('refuses %s', async (_, options, code) => {
    expect(await sayFailure(read(options))).toMatchObject({ kind: 'ConfigError', code })
  })

  test.each([
    'no url at all',
    'postgres://u:hush@/d',
    'postgres://:hush@h/d',
    'postgres://u:hush@h',
    'postgres://u:hush@h/',
    'postgres://u:hush@h/d/e',
    'postgres://u:hush@h:port/d',
    'postgres://u:hu#sh@h/d',
    'postgres://u:hush@h/d#part',
    'postgres://u:hush@h/d?sslmode=prefer',
    'postgres://u:hush@h/d?application_name=x',
    'postgres://u:hush%zz@h/d',
    'mysql://u:hush@h/d',
    'https://u:hush@h/d',
  ])('refuses the URL %s, and quotes nothing of it', async (url) => {
    const failure = await sayFailure(read(ofUrl(url)))
    expect(failure).toMatchObject({ kind: 'ConfigError', code: 'sql-url' })
    expect(failure.text).not.toContain('hush')
  })

  test('takes neither a password nor a URL in plain text', () => {
    const { problems } = checkOptions(sqlConnector.options, {
      kind: 'postgres',
      password: 'p',
      url: 'postgres://u:p@h/d',
    })
    expect(problems.map(({ path }) => path.join('.'))).toEqual(['password', 'url'])
  })

  test('names the kind that was meant', () => {
    const { problems } = checkOptions(sqlConnector.options, { kind: 'postgre' })
    expect(JSON.stringify(problems)).toContain('postgres')
  })
})

const KINDS = ['postgres', 'mysql', 'mssql'] as const

describe.each(KINDS)('a server of kind %s', (kind) => {
  const base = { kind, ...ADDRESS, password: new Secret('hush-hush'), tls: 'off', query }

  test('that is not there is said to refuse', async () => {
    const failure = await sayFailure(read({ ...base, port: await freePort() }))
    expect(failure).toMatchObject({ kind: 'RetryLaterError', code: 'connection-refused' })
    expect(failure.text).toMatch(/localhost:\d+ refuses the connection \(ECONNREFUSED\)/)
    expect(failure.text).not.toContain('hush')
  })

  test('whose name nobody knows is said so', async () => {
    const failure = await sayFailure(read({ ...base, host: 'nowhere.invalid' }))
    expect(failure).toMatchObject({ kind: 'RetryLaterError', code: 'dns-failed' })
    expect(failure.text).toContain('nowhere.invalid')
  })

  async function withServer(
    onSocket: (socket: Socket) => void,
    work: (options: Options) => Promise<void>,
  ): Promise<void> {
    const server = await listen(
      createServer((socket) => {
        socket.on('error', () => socket.destroy())
        onSocket(socket)
      }),
    )
    try {
      await work({ ...base, host: '127.0.0.1', port: server.port })
    } finally {
      await server.close()
    }
  }

  test('that says nothing is given up after connectTimeout', async () => {
    await withServer(
      () => undefined,
      async (options) => {
        const started = Date.now()
        expect(await sayFailure(read({ ...options, connectTimeout: '1s' }))).toMatchObject({
          kind: 'RetryLaterError',
          code: 'timed-out',
        })
        expect(Date.now() - started).toBeLessThan(2000)
      },
    )
  })

  test('that says nothing does not hold up an abort', async () => {
    await withServer(
      () => undefined,
      async (options) => {
        const { error, ms } = await abortWhileWaiting(options, 200)
        expect(error).toMatchObject({ message: 'that is enough' })
        expect(ms).toBeLessThan(1000)
      },
    )
  })

  test('that hangs up at once is tried later', async () => {
    await withServer(
      (socket) => socket.destroy(),
      async (options) => {
        expect(await sayFailure(read(options))).toMatchObject({ kind: 'RetryLaterError', code: 'connection-lost' })
      },
    )
  })

  test('that is no database at all fails with a sentence', async () => {
    await withServer(
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      async (options) => {
        const failure = await sayFailure(read({ ...options, connectTimeout: '2s' }))
        expect(['OperatorError', 'RetryLaterError']).toContain(failure.kind)
        expect(failure.text).toContain('127.0.0.1:')
        expect(failure.text).not.toContain('hush')
      },
    )
  })
})
