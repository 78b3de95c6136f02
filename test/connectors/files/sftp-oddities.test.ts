import type { AuthContext } from 'ssh2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { Secret } from '../../../core/secret.ts'
import { type ReadAll, readAll } from '../../support/read-all.ts'
import { type ScriptedSftp, type ScriptedSftpOptions, startScriptedSftp } from '../../support/scripted-sftp.ts'
import { failureOf } from '../csv/fixture.ts'

const PATH = '/out/people.csv'
const CSV = Buffer.from(`id,name\n${Array.from({ length: 60_000 }, (_, i) => `E-${i},Person ${i}\n`).join('')}`)

async function start(options: Partial<ScriptedSftpOptions>): Promise<ScriptedSftp> {
  const server = await startScriptedSftp({ path: PATH, content: CSV, ...options })
  onTestFinished(() => server.close())
  return server
}

function read({ port, fingerprint }: ScriptedSftp, path = PATH): Promise<ReadAll> {
  const sftp = { password: new Secret('hunter2'), hostKey: fingerprint }
  return readAll(csvConnector, { path: `sftp://people@127.0.0.1:${port}${path}`, sftp })
}

/** Refuses all but one method; what that one brings decides. */
function only(method: AuthContext['method'], decide: (context: AuthContext) => void) {
  return (context: AuthContext): void => {
    if (context.method === method) decide(context)
    else context.reject([method])
  }
}

describe('a login', () => {
  test('with a password is accepted when it is the right one', async () => {
    const authenticate = only('password', (context) => {
      if (context.method === 'password' && context.password === 'hunter2') context.accept()
      else context.reject(['password'])
    })
    expect((await read(await start({ authenticate }))).proof).toMatchObject({ complete: true, rows: 60_000 })
    const other = await start({ authenticate: only('password', (context) => context.reject(['password'])) })
    const error = await failureOf(read(other))
    expect(error).toMatchObject({ code: 'sftp-login', name: 'OperatorError', exitCode: 12 })
    expect(error.message).toContain('it accepts password; tried: password')
    expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain('hunter2')
  })

  test('answers the one question of a server that asks for the password so', async () => {
    const authenticate = only('keyboard-interactive', (context) => {
      if (context.method !== 'keyboard-interactive') return
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
        if (answers[0] === 'hunter2') context.accept()
        else context.reject(['keyboard-interactive'])
      })
    })
    expect((await read(await start({ authenticate }))).proof?.complete).toBe(true)
  })

  test('does not send the password to a server that shows another key', async () => {
    const methods: string[] = []
    const server = await start({
      authenticate(context) {
        methods.push(context.method)
        context.reject()
      },
    })
    const pinned = { ...server, fingerprint: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU' }
    expect(await failureOf(read(pinned))).toMatchObject({ code: 'sftp-host-key' })
    expect(methods).toEqual([])
  })

  test('to a server without SFTP says so', async () => {
    expect(await failureOf(read(await start({ noSftp: true })))).toMatchObject({
      code: 'sftp-missing',
      name: 'OperatorError',
    })
  })
})

describe('a server', () => {
  test('may answer with less than was asked for', async () => {
    const { rows, proof } = await read(await start({ mostBytes: 1000 }))
    expect(proof).toMatchObject({ complete: true, rows: 60_000 })
    expect(rows.at(-1)?.fields).toEqual({ id: 'E-59999', name: 'Person 59999' })
  })

  test('may tell nothing of its files', async () => {
    const { proof } = await read(await start({ tellsNothing: true }))
    expect(proof).toMatchObject({ complete: true, rows: 60_000, files: [{ size: CSV.length }] })
  })

  test('that is far away is asked for many pieces at once', async () => {
    const server = await start({ delayMs: 100 })
    expect((await read(server)).proof?.complete).toBe(true)
    expect(server.mostAtOnce).toBeGreaterThan(20)
  })

  test('that ends a file before the size that it names is not believed', async () => {
    const cut = CSV.subarray(0, CSV.indexOf('E-30000'))
    const { proof } = await read(await start({ content: cut, claims: CSV.length }))
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain(`it ended after ${cut.length} of ${CSV.length} bytes`)
  })

  test('that may not list a folder, or open a file, fails the read: unseen files are not absent ones', async () => {
    const unlisted = await failureOf(read(await start({ denies: 'list' }), '/out/*.csv'))
    expect(unlisted).toMatchObject({ code: 'file-forbidden', name: 'OperatorError', exitCode: 12 })
    expect(unlisted.message).toMatch(/^sftp:\/\/127\.0\.0\.1:\d+\/out may not be read: permission denied$/)
    expect(await failureOf(read(await start({ denies: 'open' })))).toMatchObject({ code: 'file-forbidden' })
  })

  test('that ends the session but not the connection is a failure', async () => {
    expect(await failureOf(read(await start({ endsEarly: true })))).toMatchObject({
      code: 'connection-lost',
      name: 'RetryLaterError',
    })
  })

  test('says where home is', async () => {
    const server = await start({ path: '/home/people/out/x.csv' })
    expect((await read(server, '/~/out/x.csv')).proof?.complete).toBe(true)
  })
})
