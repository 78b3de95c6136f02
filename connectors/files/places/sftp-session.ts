/** One connection to an SFTP server, on which nothing waits for ever. */
import type { Client, ConnectConfig, ServerHostKeyAlgorithm, SFTPWrapper } from 'ssh2'
import { SECOND } from '../../../core/clock.ts'
import type { CheckContext } from '../../../core/connector.ts'
import { ConfigError, isSyncError, OperatorError } from '../../../core/errors.ts'
import { parseDuration, sayDuration } from '../../../core/text/duration.ts'
import { loadDriver } from '../../network/driver.ts'
import { type HostKeys, parseHostKeys, sayHostKey } from './host-key.ts'
import { type Attempt, connectionFailure, lost, statusOf, timedOut, unknownHost, wrongHost } from './sftp-failure.ts'
import { createLogin, type Login, type SftpOptions } from './sftp-login.ts'
import type { SftpLocation } from './sftp-url.ts'

export type Done<T> = (error: Error | null | undefined, value?: T) => void

export interface Session {
  /**
   * One request. Rejects with the server's own error, with that of the connection when it ends, with RetryLaterError
   * when no answer comes, or with the signal's reason.
   */
  ask<T>(start: (sftp: SFTPWrapper, done: Done<T>) => void): Promise<T>
  close(): Promise<void>
}

const CLOSING = SECOND / 2

/**
 * @throws ConfigError, OperatorError (wrong key, refused login) or RetryLaterError when no session comes about; nothing
 *   but the user's name and what proves it is sent, and that only to a server that showed its key
 */
export async function connectSftp(
  location: SftpLocation,
  options: SftpOptions,
  { signal }: CheckContext,
): Promise<Session> {
  signal.throwIfAborted()
  const { default: ssh2 } = await loadDriver(() => import('ssh2'), { purpose: 'sftp://', packages: ['ssh2@1'] })
  const user = location.user ?? options.user
  if (user === undefined) throw noUser()
  const hostKeys = options.hostKey === undefined ? undefined : parseHostKeys(options.hostKey)
  const login = createLogin(ssh2, user, options)
  const host = `${location.host.includes(':') ? `[${location.host}]` : location.host}:${location.port}`
  const line = createLine(new ssh2.Client(), { ...login, host, user }, signal)
  try {
    await line.wait<void>('logging in', msOf(options.connectTimeout) + SECOND, (done) => {
      line.client.once('ready', () => done(undefined))
      line.client.connect(configOf(location, options, { login, user, ...verifier(host, hostKeys, line) }))
    })
    const answerMs = msOf(options.answerTimeout)
    const sftp = await line.wait<SFTPWrapper>('opening SFTP', answerMs, (done) => {
      line.client.sftp((error, value) => done(error === undefined ? undefined : noSftp(host, error), value))
    })
    sftp.on('error', line.fail)
    sftp.on('close', () => line.fail(lost(host, 'the server ended the SFTP session')))
    return { ask: (start) => line.wait('a request', answerMs, (done) => start(sftp, done)), close: line.close }
  } catch (error) {
    await line.close()
    throw error
  }
}

interface Verifier {
  readonly hostKeys: HostKeys | undefined
  hostVerifier(key: Buffer): boolean
}

function verifier(host: string, hostKeys: HostKeys | undefined, line: Line): Verifier {
  return {
    hostKeys,
    hostVerifier(key) {
      if (hostKeys?.includes(key)) return true
      const shown = sayHostKey(key)
      line.fail(hostKeys === undefined ? unknownHost(host, shown) : wrongHost(host, shown, hostKeys))
      return false
    },
  }
}

function configOf(
  { host, port }: SftpLocation,
  options: SftpOptions,
  { login, user, hostKeys, hostVerifier }: Verifier & { readonly login: Login; readonly user: string },
): ConnectConfig {
  return {
    host,
    port,
    username: user,
    hostVerifier,
    // ssh2 also takes what the function returns, which its types do not say.
    authHandler: (offered) => login.next(offered),
    readyTimeout: msOf(options.connectTimeout),
    keepaliveInterval: msOf(options.keepalive),
    keepaliveCountMax: 3,
    ...(hostKeys?.algorithms === undefined
      ? {}
      : { algorithms: { serverHostKey: [...hostKeys.algorithms] as ServerHostKeyAlgorithm[] } }),
  }
}

interface Line {
  readonly client: Client
  /** Ends the connection, and with it all that waits. The first reason counts. */
  fail(error: Error): void
  wait<T>(what: string, ms: number, start: (done: Done<T>) => void): Promise<T>
  close(): Promise<void>
}

function createLine(client: Client, attempt: Attempt & { readonly host: string }, signal: AbortSignal): Line {
  const waiting = new Set<(error: Error) => void>()
  let ended: Error | undefined

  function fail(error: Error): void {
    ended ??= error
    for (const reject of waiting) reject(ended)
    client.destroy()
  }
  const abort = (): void => fail(signal.reason as Error)
  const closed = new Promise<void>((resolve) => {
    client.on('close', () => {
      fail(lost(attempt.host, 'the server closed it'))
      resolve()
    })
  })
  client.on('error', (error) => fail(connectionFailure(error, attempt)))
  signal.addEventListener('abort', abort, { once: true })

  function wait<T>(what: string, ms: number, start: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended)
      const timer = setTimeout(() => fail(timedOut(attempt.host, `${what} took ${sayDuration(ms)}`)), ms)
      const end = (): void => {
        clearTimeout(timer)
        waiting.delete(refuse)
      }
      const refuse = (error: Error): void => {
        end()
        reject(error)
      }
      waiting.add(refuse)
      try {
        start((error, value) => {
          end()
          if (error) reject(isAnswer(error) ? error : lost(attempt.host, error.message, error))
          else resolve(value as T)
        })
      } catch (error) {
        refuse(error as Error)
      }
    })
  }

  return {
    client,
    fail,
    wait,
    async close() {
      signal.removeEventListener('abort', abort)
      ended ??= lost(attempt.host, 'it was closed here')
      client.end()
      const timer = setTimeout(() => client.destroy(), CLOSING)
      await closed
      clearTimeout(timer)
    },
  }
}

/** The server's own word about a request, or ours; what else ends one is the end of the connection. */
function isAnswer(error: Error): boolean {
  return isSyncError(error) || statusOf(error) !== undefined
}

function noSftp(host: string, cause: Error): OperatorError {
  return new OperatorError('sftp-missing', `${host} lets the user in, but offers no SFTP: ${cause.message}`, {
    hint: 'Whoever runs the server must permit SFTP to this user.',
    cause,
  })
}

function msOf(duration: string): number {
  return parseDuration(duration) ?? 0
}

function noUser(): ConfigError {
  return new ConfigError('sftp-user', 'nothing says which user logs in', {
    hint: 'Write sftp://user@host/…, or set `sftp: { user: … }`.',
  })
}
