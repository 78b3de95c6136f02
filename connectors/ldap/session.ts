/** A connection that is ready to search: connected, encrypted where asked for, bound, and the server known. */
import type { Socket } from 'node:net'
import { BindRequest, ExtendedRequest } from 'ldapts'
import type { CheckContext } from '../../core/connector.ts'
import {
  ConfigError,
  isSyncError,
  messageOf,
  OperatorError,
  RetryLaterError,
  type SyncError,
} from '../../core/errors.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { type Channel, createChannel } from './channel.ts'
import { mustChange, noConnection, refusal } from './failure.ts'
import type { Directory, LdapOptions } from './options.ts'
import { type PasswordPolicy, PasswordPolicyControl, POLICY_ERROR } from './password-policy.ts'
import { CODE } from './result.ts'
import { type RootDse, readRootDse } from './root-dse.ts'
import {
  type Address,
  encrypt,
  isLoopback,
  openSocket,
  parseAddress,
  readTrust,
  sayAddress,
  type Trust,
} from './socket.ts'

type Context = CheckContext<LdapOptions>

export interface Session {
  readonly channel: Channel
  /** Host and port. */
  readonly server: string
  readonly encryption: 'LDAPS' | 'StartTLS' | 'no TLS'
  readonly root: RootDse
  /** As the options say, else as the server does. */
  readonly directory: Directory
  /** What the server said of the password at the bind; absent when it said nothing. */
  readonly policy?: PasswordPolicy
}

const START_TLS = '1.3.6.1.4.1.1466.20037'

/**
 * Connects to the first of the servers that can be reached. The caller closes `channel`.
 * @throws ConfigError, OperatorError when a server answers and refuses: the next one would too, and a wrong password
 *   tried at each would lock the account; RetryLaterError when none can be reached
 */
export async function openSession(context: Context): Promise<Session> {
  const { options, signal, log } = context
  checkBind(options)
  const trust = await readTrust(options)
  const failures: SyncError[] = []
  for (const url of options.urls) {
    const address = parseAddress(url)
    try {
      return await openAt(address, trust, context)
    } catch (error) {
      signal.throwIfAborted()
      if (!isSyncError(error) || !isPassing(error)) throw error
      failures.push(error)
      log.warn(`${sayAddress(address)} cannot be used: ${messageOf(error)}`)
    }
  }
  throw noneOf(failures)
}

function checkBind({ bindDn, password }: LdapOptions): void {
  if ((bindDn === undefined) === (password === undefined)) return
  const [given, missing] = bindDn === undefined ? ['password', 'bindDn'] : ['bindDn', 'password']
  throw new ConfigError('ldap-bind', `\`${given}\` is set, and \`${missing}\` is not`, {
    hint: 'A simple bind needs both; leave both out for an anonymous read. A bind without a password would be anonymous.',
  })
}

/** Whether another server may do better: one that is down or busy, or whose certificate is not in order. */
function isPassing(error: SyncError): boolean {
  return error instanceof RetryLaterError || error.code === 'tls-failed' || error.code === 'ldap-protocol'
}

function noneOf(failures: readonly SyncError[]): SyncError {
  const [first, ...others] = failures
  if (first === undefined) return new ConfigError('ldap-urls', '`urls` names no server')
  if (others.length === 0) return first
  const says = `none of ${failures.length} servers can be used: ${failures.map((each) => each.message).join('; ')}`
  const lasting = failures.find((each) => !(each instanceof RetryLaterError)) ?? first
  const facts = lasting.hint === undefined ? { cause: lasting } : { hint: lasting.hint, cause: lasting }
  if (lasting instanceof ConfigError) return new ConfigError(lasting.code, says, facts)
  if (lasting instanceof OperatorError) return new OperatorError(lasting.code, says, facts)
  return new RetryLaterError(lasting.code, says, facts)
}

async function openAt(address: Address, trust: Trust, context: Context): Promise<Session> {
  const { options, log } = context
  const server = sayAddress(address)
  const { socket, encryption } = await connectTo(address, trust, context)
  const channel = openChannel(socket, address, context)
  try {
    if (options.password !== undefined && encryption === 'no TLS' && !isLoopback(address)) {
      log.warn(`the password crosses the network to ${server} in the clear; use ldaps:// or startTls: true`)
    }
    const policy = await bind(channel, server, options)
    const root = await readRootDse(channel, { server, bindDn: options.bindDn })
    const directory = options.directory === 'auto' ? root.directory : options.directory
    return { channel, server, encryption, root, directory, ...(policy === undefined ? {} : { policy }) }
  } catch (error) {
    channel.close()
    throw error
  }
}

function openChannel(socket: Socket, address: Address, { options, signal }: Context): Channel {
  const silenceMs = timerOf(options.answerTimeout)
  return createChannel({ socket, server: sayAddress(address), silenceMs, signal })
}

type Connected = Pick<Session, 'encryption'> & { readonly socket: Socket }

async function connectTo(address: Address, trust: Trust, context: Context): Promise<Connected> {
  const { options, signal } = context
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(timedOut()), timerOf(options.connectTimeout))
  const deadline = AbortSignal.any([signal, late.signal])
  try {
    const socket = await openSocket(address, trust, deadline)
    if (address.secure) return { socket, encryption: 'LDAPS' }
    if (!options.startTls) return { socket, encryption: 'no TLS' }
    return { socket: await startTls(socket, { address, trust, deadline, context }), encryption: 'StartTLS' }
  } catch (error) {
    signal.throwIfAborted()
    throw isSyncError(error) ? error : noConnection(error, sayAddress(address))
  } finally {
    clearTimeout(timer)
  }
}

/** Timers count milliseconds in 31 bits, and fire at once when given more. */
const LONGEST_TIMER = 2 ** 31 - 1

function timerOf(duration: string): number {
  return Math.min(parseDuration(duration) ?? 0, LONGEST_TIMER)
}

function timedOut(): Error {
  return Object.assign(new Error('the connection took too long'), { code: 'ETIMEDOUT', syscall: 'connect' })
}

interface StartTls {
  readonly address: Address
  readonly trust: Trust
  readonly deadline: AbortSignal
  readonly context: Context
}

async function startTls(socket: Socket, { address, trust, deadline, context }: StartTls): Promise<Socket> {
  const channel = openChannel(socket, address, { ...context, signal: deadline })
  const request = channel.start((messageId) => new ExtendedRequest({ messageId, oid: START_TLS }))
  try {
    const { result } = await request.ended
    if (result.code !== CODE.success) {
      throw new ConfigError(
        'ldap-no-starttls',
        refusal({ server: sayAddress(address), says: 'refused StartTLS' }, result).message,
        {
          hint: 'Use an ldaps:// URL if the server has a port for it; else whoever runs it must give it a certificate.',
        },
      )
    }
  } catch (error) {
    channel.close()
    throw error
  }
  return encrypt(channel.release(), address, trust, deadline)
}

/** Nobody binds for an anonymous read: a connection is anonymous from its start. */
async function bind(
  channel: Channel,
  server: string,
  { bindDn, password }: LdapOptions,
): Promise<PasswordPolicy | undefined> {
  if (bindDn === undefined || password === undefined) return undefined
  const controls = [new PasswordPolicyControl()]
  const request = channel.start(
    (messageId) => new BindRequest({ messageId, dn: bindDn, password: password.reveal(), controls }),
  )
  const { result } = await request.ended
  if (result.code !== CODE.success) throw refusal({ server, says: 'did not accept the bind', bindDn }, result)
  // The server took the password, and would now refuse everything but a new one.
  if (result.policy?.error === POLICY_ERROR.changeAfterReset) throw mustChange(server)
  return result.policy
}
