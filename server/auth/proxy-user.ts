/** Who the proxy in front says it is. */
import type { IncomingMessage } from 'node:http'
import type { Log } from '../../core/log.ts'
import type { ProxyUserSpec, Role } from '../../core/resource.ts'
import { plainAddress, within } from './networks.ts'

const LONGEST_NAME = 256

export interface ProxyUser {
  readonly name: string
  readonly role: Role
  readonly provenBy: string
}

/** Undefined when the header is absent, or comes from anywhere but the proxy. */
export function proxyUserOf(incoming: IncomingMessage, spec: ProxyUserSpec, log: Log): ProxyUser | undefined {
  const values = incoming.headersDistinct[spec.header]
  if (values === undefined) return undefined
  const peer = plainAddress(incoming.socket.remoteAddress ?? '')
  if (!within(spec.from, peer)) {
    log.warn(`A header ${spec.header} was ignored: it does not come from the proxy`, { from: peer })
    return undefined
  }
  const name = nameOf(values)
  if (name === undefined) {
    log.warn(`A header ${spec.header} was ignored: it stands there more than once, or holds no name`, { from: peer })
    return undefined
  }
  const role = spec.approvers.includes(name) ? 'approver' : 'viewer'
  return { name, role, provenBy: `header ${spec.header} of ${peer}` }
}

/** Twice: the proxy added its own to what somebody had sent, and nobody can tell which is which. */
function nameOf(values: readonly string[]): string | undefined {
  const [value = '', ...more] = values
  // Node reads headers as Latin-1; proxies write names as UTF-8.
  const text = Buffer.from(value, 'latin1').toString('utf8')
  const name = (text.includes('\uFFFD') ? value : text).trim()
  const isName = name !== '' && name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name)
  return isName && more.length === 0 ? name : undefined
}
