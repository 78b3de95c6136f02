/** Whose address a request comes from: the peer's, unless the peer is the proxy that stands in front. */
import { isIP } from 'node:net'
import type { ServerSpec } from '../../core/resource.ts'
import { isLoopbackAddress, plainAddress, within } from './networks.ts'

export interface Peer {
  /** Of the socket. */
  readonly address: string
  /** `X-Forwarded-For`, as it came. */
  readonly forwardedFor: string | undefined
}

/** The last hop alone is the proxy's own word; what stands before it was said by whoever asked. */
export function clientAddress({ address, forwardedFor = '' }: Peer, server: ServerSpec): string {
  const peer = plainAddress(address)
  if (!isProxy(peer, server)) return peer
  const last = forwardedFor.split(',').at(-1)?.trim() ?? ''
  const host = plainAddress(/^\[([^\]]+)\](?::\d+)?$/.exec(last)?.[1] ?? last.replace(/^([\d.]+):\d+$/, '$1'))
  return isIP(host) === 0 ? peer : host
}

function isProxy(peer: string, { behindProxy, proxyUser }: ServerSpec): boolean {
  if (!behindProxy) return false
  return proxyUser === undefined ? isLoopbackAddress(peer) : within(proxyUser.from, peer)
}
