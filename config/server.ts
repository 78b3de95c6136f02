import { access, constants } from 'node:fs/promises'
import { isIP } from 'node:net'
import path from 'node:path'
import type { ProxyUserSpec, ServerSpec, UserSpec } from '../core/resource.ts'
import { isEverywhere, isLoopback, parseAddress } from './formats.ts'
import type { Reading } from './reading.ts'
import { fileFailure } from './resolve-reference.ts'
import { DEFAULT_SERVER } from './schema-server.ts'
import { errorCode } from './source.ts'
import type { WrittenProxyUser, WrittenServer, WrittenUser } from './written-config.ts'

/** Where the daemon listens and who may look, checked: nothing is shown to a network by oversight. */
export async function buildServer(reading: Reading, written: WrittenServer = {}): Promise<ServerSpec> {
  const server: ServerSpec = {
    host: written.host ?? DEFAULT_SERVER.host,
    port: written.port ?? DEFAULT_SERVER.port,
    behindProxy: written.behindProxy ?? false,
    users: (written.users ?? []).flatMap((user) => (user === undefined ? [] : userOf(user))),
    ...(written.publicUrl === undefined ? {} : { publicUrl: written.publicUrl.replace(/\/+$/, '') }),
    ...tlsOf(reading, written),
    ...probeOf(written),
    ...proxyUserOf(written.proxyUser),
  }
  await checkTlsFiles(reading, server)
  usersAreWhole(reading, written)
  proxyIsSomewhere(reading, server)
  networkNeedsCare(reading, written, server)
  return server
}

function userOf({ name, role = 'viewer', password, token }: WrittenUser): UserSpec[] {
  if (name === undefined) return []
  return [{ name, role, ...(password === undefined ? {} : { password }), ...(token === undefined ? {} : { token }) }]
}

function tlsOf({ around }: Reading, { tls }: WrittenServer): Pick<ServerSpec, 'tls'> {
  if (tls?.cert === undefined || tls.key === undefined) return {}
  return { tls: { cert: path.resolve(around.folder, tls.cert), key: path.resolve(around.folder, tls.key) } }
}

function probeOf({ probe }: WrittenServer): Pick<ServerSpec, 'probe'> {
  if (probe === undefined) return {}
  if (typeof probe === 'string') {
    const address = parseAddress(probe)
    return address === undefined ? {} : { probe: address }
  }
  return probe.port === undefined ? {} : { probe: { host: probe.host ?? DEFAULT_SERVER.host, port: probe.port } }
}

function proxyUserOf(written: WrittenProxyUser | undefined): Pick<ServerSpec, 'proxyUser'> {
  if (written?.header === undefined) return {}
  const proxyUser: ProxyUserSpec = {
    header: written.header.toLowerCase(),
    from: (written.from ?? []).filter((each) => each !== undefined),
    approvers: (written.approvers ?? []).filter((each) => each !== undefined),
  }
  return { proxyUser }
}

async function checkTlsFiles({ report }: Reading, { tls }: ServerSpec): Promise<void> {
  for (const key of ['cert', 'key'] as const) {
    if (tls === undefined) return
    try {
      await access(tls[key], constants.R_OK)
    } catch (error) {
      report.add({
        code: 'tls-unreadable',
        path: ['server', 'tls', key],
        message: `the file ${fileFailure(errorCode(error))}`,
        expected: 'a PEM file',
      })
    }
  }
}

function usersAreWhole({ report, holes }: Reading, { users = [] }: WrittenServer): void {
  const names = new Set<string>()
  for (const [index, user] of users.entries()) {
    if (user === undefined) continue
    const at = ['server', 'users', index]
    const hasHole = ['password', 'token'].some((key) => holes.has(`/server/users/${index}/${key}`))
    if (user.password === undefined && user.token === undefined && !hasHole)
      report.add({
        code: 'user-without-secret',
        path: at,
        message: 'has neither a password nor a token, so nobody could be this user',
        expected: 'password or token, as { file: path } or { env: NAME }',
      })
    if (user.name !== undefined && names.has(user.name))
      report.add({
        code: 'same-user',
        path: [...at, 'name'],
        message: 'is the name of an earlier user, too',
        expected: 'each name once',
      })
    if (user.name !== undefined) names.add(user.name)
  }
}

function proxyIsSomewhere({ report }: Reading, { proxyUser }: ServerSpec): void {
  for (const [index, network] of (proxyUser?.from ?? []).entries()) {
    if (!isEverywhere(network)) continue
    report.add({
      code: 'proxy-from-anywhere',
      path: ['server', 'proxyUser', 'from', index],
      message: 'is every address, so whoever sends the header is whom it names',
      expected: 'the address of the proxy, or the range that it gets its address from',
    })
  }
}

/** Lower case. */
const NEVER_A_NAME: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'forwarded',
  'host',
  'origin',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
])

/** What leaves this machine is encrypted, and is for people who are known. */
function networkNeedsCare({ report }: Reading, written: WrittenServer, server: ServerSpec): void {
  if (written.proxyUser !== undefined && !server.behindProxy)
    report.add({
      code: 'proxy-user-without-proxy',
      path: ['server', 'proxyUser'],
      message: 'believes a header, and nothing says that a proxy stands in front',
      expected: 'behindProxy: true beside it',
    })
  if (written.proxyUser !== undefined && server.publicUrl === undefined)
    report.add({
      code: 'proxy-user-without-url',
      path: ['server', 'proxyUser'],
      message: 'believes a header, and whatever name it is asked by is answered',
      expected: 'publicUrl beside it, where people reach the proxy',
    })
  const header = server.proxyUser?.header
  if (header !== undefined && NEVER_A_NAME.has(header))
    report.add({
      code: 'proxy-user-header',
      path: ['server', 'proxyUser', 'header'],
      message: 'is a header that clients or proxies set for another purpose',
      expected: 'one that the proxy sets for this alone, such as X-Forwarded-User',
    })
  if (isLoopback(`http://${isIP(server.host) === 6 ? `[${server.host}]` : server.host}`)) return
  const place = written.host === undefined ? ['server'] : ['server', 'host']
  if (server.tls === undefined && !server.behindProxy)
    report.add({
      code: 'server-in-the-clear',
      path: place,
      message: 'is reached from other machines, and passwords would cross the network in the clear',
      expected: 'server.tls, or behindProxy: true when something in front of it speaks TLS, or host: 127.0.0.1',
    })
  if ((written.users ?? []).length === 0 && written.proxyUser === undefined)
    report.add({
      code: 'server-without-users',
      path: place,
      message: 'is reached from other machines, and everybody could look and approve',
      expected: 'server.users, or server.proxyUser',
    })
}
