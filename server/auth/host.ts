/** The name that a request was sent to. A page of elsewhere can make its own name lead here; it cannot make it ours. */
import { isIP } from 'node:net'
import type { ServerSpec } from '../../core/resource.ts'
import type { Problem } from '../problem.ts'
import { isLoopbackAddress } from './networks.ts'

/** @param bound what the server listens on; `now`: the rest, as it is configured now */
export function refuseHost(header: string | undefined, bound: ServerSpec, now: ServerSpec): Problem | undefined {
  const isOpen = now.users.length === 0 && now.proxyUser === undefined
  // Where everybody must prove who they are, a name that leads here gives nothing; one that is told is kept to.
  if (!isOpen && now.publicUrl === undefined) return undefined
  const name = hostName(header ?? '')
  if (isOurs(name, bound, now)) return undefined
  return {
    status: 421,
    code: 'wrong-host',
    message: `This server does not answer to the name "${name.slice(0, 100)}"`,
    hint: 'Ask for it as localhost, or as the host of server.publicUrl; set that when people reach it under another name.',
  }
}

function isOurs(name: string, bound: ServerSpec, { publicUrl }: ServerSpec): boolean {
  if (name === 'localhost' || isLoopbackAddress(name) || name === bound.host.toLowerCase()) return true
  if (publicUrl !== undefined && name === hostName(new URL(publicUrl).host)) return true
  // An address is no name, so nobody can make it lead elsewhere.
  return isIP(name) !== 0 && !isLoopbackHost(bound.host)
}

/** Does it listen to this machine alone? */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}

/** Without port and brackets. */
function hostName(host: string): string {
  const bare = host.trim().toLowerCase()
  return /^\[([^\]]*)\]/.exec(bare)?.[1] ?? bare.replace(/:\d*$/, '').replace(/\.$/, '')
}
