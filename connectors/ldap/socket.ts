/** Opens connections, plain and encrypted. */
import { connect, isIP, type Socket } from 'node:net'
import { env } from 'node:process'
import * as tls from 'node:tls'
import { readAuthorities, trustedAuthorities } from '../../core/network/trust.ts'

export interface Address {
  readonly secure: boolean
  readonly host: string
  readonly port: number
}

export interface Trust {
  readonly ca?: string[]
  readonly servername?: string
}

/** An ldap:// or ldaps:// URL that passed the options' pattern. */
export function parseAddress(text: string): Address {
  const url = new URL(text)
  const secure = url.protocol === 'ldaps:'
  const port = url.port === '' ? (secure ? 636 : 389) : Number(url.port)
  return { secure, host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

/** Host and port, as messages name a server. */
export function sayAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** @throws ConfigError when the CA file cannot be read or holds no certificate */
export async function readTrust(options: { ca?: string; serverName?: string }): Promise<Trust> {
  const pem = options.ca === undefined ? undefined : await readAuthorities(options.ca, 'ca')
  const ca = pem === undefined ? undefined : await trustedAuthorities({ [`ca (${options.ca})`]: pem }, env)
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(options.serverName === undefined ? {} : { servername: options.serverName }),
  }
}

/** @param deadline aborts when the connection takes too long, or nobody wants it any more; rejects with its reason */
export async function openSocket(address: Address, trust: Trust, deadline: AbortSignal): Promise<Socket> {
  deadline.throwIfAborted()
  const { host, port, secure } = address
  if (secure) return established(tls.connect({ host, port, ...identity(address, trust) }), 'secureConnect', deadline)
  return established(connect({ host, port, noDelay: true }), 'connect', deadline)
}

/** Encrypts a connection that is already open. */
export async function encrypt(socket: Socket, address: Address, how: Trust, deadline: AbortSignal): Promise<Socket> {
  deadline.throwIfAborted()
  const secured = tls.connect({ socket, host: address.host, ...identity(address, how) })
  return established(secured, 'secureConnect', deadline)
}

/** The name of an address that is no name cannot be asked for, and the certificate is then checked for the number. */
function identity({ host }: Address, { ca, servername }: Trust): tls.ConnectionOptions {
  const name = servername ?? (isIP(host) === 0 ? host : undefined)
  return { ...(ca === undefined ? {} : { ca }), ...(name === undefined ? {} : { servername: name }) }
}

async function established(socket: Socket, event: string, deadline: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.removeListener(event, succeed)
      socket.removeListener('error', fail)
      socket.removeListener('close', cut)
      deadline.removeEventListener('abort', giveUp)
    }
    const fail = (error: Error): void => {
      settle()
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    const succeed = (): void => {
      settle()
      resolve(socket)
    }
    const cut = (): void => fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }))
    const giveUp = (): void => fail(deadline.reason as Error)
    socket.once(event, succeed)
    socket.once('error', fail)
    socket.once('close', cut)
    deadline.addEventListener('abort', giveUp, { once: true })
  })
}
