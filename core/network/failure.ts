/** What a request without an answer means, layer by layer, for the person who must mend it. */
import type { ProxyUse } from './proxy.ts'

export interface NetworkFailure {
  /** Kebab-case and stable: `dns-failed`, `connection-refused`, `tls-failed`. */
  readonly code: string
  /** A clause that names the host: `the name hr.example.com cannot be resolved (ENOTFOUND)`. */
  readonly says: string
  /** The next step, where there is one. */
  readonly hint?: string
  /** False when the request certainly never left: no name, no connection, no trusted channel. */
  readonly sent: boolean
  /** Another attempt within seconds cannot help. */
  readonly lasting: boolean
  /** A redirect of a request that must not follow any. */
  readonly redirected: boolean
}

/** Where the request went. */
export interface Destination {
  /** Host and port, no credentials. */
  readonly host: string
  readonly proxy: ProxyUse | undefined
}

interface Layer {
  readonly code: string
  readonly sent: boolean
  readonly lasting?: true
  matches(signs: Signs): boolean
  says(facts: Facts): string
  hint?(facts: Facts): string
}

/** What the innermost cause shows. */
interface Signs {
  readonly code: string
  readonly message: string
  readonly syscall: string | undefined
  readonly proxied: boolean
}

interface Facts extends Destination {
  /** For people who look it up: `ENOTFOUND`, or the status that a proxy answered. */
  readonly code: string
}

const CERTIFICATE_CODES =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/
const CONNECT_CODES = /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/
const HANDSHAKE_CUT = 'before secure TLS connection was established'
const PROXY_ANSWER = /^Proxy response \((\d{3})\)/

/** The first layer that matches speaks. Whoever uses a proxy resolves and connects to nothing but the proxy. */
const LAYERS: readonly Layer[] = [
  {
    code: 'proxy-failed',
    sent: false,
    lasting: true,
    matches: ({ message }) => PROXY_ANSWER.exec(message)?.[1]?.startsWith('4') === true,
    says: ({ proxy, host, code }) => `${proxyName(proxy)} refuses to connect to ${host} (${code})`,
    hint: ({ proxy }) =>
      `407 asks for user:password@ in ${variableOf(proxy)}; 403 means that the proxy does not allow this host.`,
  },
  {
    code: 'proxy-failed',
    sent: false,
    matches: ({ message }) => PROXY_ANSWER.test(message),
    says: ({ proxy, host, code }) => `${proxyName(proxy)} cannot connect to ${host} (${code})`,
  },
  {
    code: 'tls-failed',
    sent: false,
    lasting: true,
    matches: ({ code }) => CERTIFICATE_CODES.test(code),
    says: ({ host, code }) => `the certificate of ${host} is not trusted (${code})`,
    hint: () =>
      'When TLS is inspected on the way, or the authority is a private one, name its certificate in `ca` or ' +
      'NODE_EXTRA_CA_CERTS; when it has expired, check the clock of this machine first.',
  },
  {
    code: 'tls-failed',
    sent: false,
    matches: ({ code, message }) => /^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(code) || message.includes(HANDSHAKE_CUT),
    says: ({ host, code }) => `no TLS connection with ${host} came about (${code})`,
    hint: () =>
      'Check that TLS (https, ldaps) is meant for that address and port, and that nothing on the way cuts it.',
  },
  {
    code: 'proxy-failed',
    sent: false,
    matches: (signs) => signs.proxied && (isResolving(signs) || isConnecting(signs)),
    says: ({ proxy, code }) => `${proxyName(proxy)} cannot be reached (${code})`,
    hint: ({ proxy, host }) => `Check ${variableOf(proxy)}, or add ${host.replace(/:\d+$/, '')} to NO_PROXY.`,
  },
  {
    code: 'dns-failed',
    sent: false,
    matches: isResolving,
    says: ({ host, code }) => `the name ${host} cannot be resolved (${code})`,
    hint: () => 'Check the name, the DNS of this machine, and whether it needs HTTPS_PROXY.',
  },
  {
    code: 'connection-refused',
    sent: false,
    matches: ({ code }) => code === 'ECONNREFUSED',
    says: ({ host, code }) => `${host} refuses the connection (${code})`,
    hint: () => 'Check host and port, and the firewall.',
  },
  {
    code: 'connect-failed',
    sent: false,
    matches: isConnecting,
    says: ({ host, code }) => `no connection to ${host} came about (${code})`,
    hint: () => 'Check the firewall, and whether this machine needs HTTPS_PROXY.',
  },
  {
    code: 'timed-out',
    sent: true,
    matches: ({ code }) => /TIMEDOUT|TIMEOUT/.test(code),
    says: ({ host, code }) => `${host} did not answer in time (${code})`,
  },
]

const CONNECTION_LOST: Layer = {
  code: 'connection-lost',
  sent: true,
  matches: () => true,
  says: ({ host, code }) => `the connection to ${host} was lost before the whole answer came (${code})`,
}

/** What `fetch` threw, explained; undefined when that is no failure of the network but a mistake in the program. */
export function explainFailure(thrown: unknown, { host, proxy }: Destination): NetworkFailure | undefined {
  const cause = innermost(thrown)
  if (cause === undefined) return undefined
  const signs = signsOf(cause, proxy !== undefined)
  const layer = LAYERS.find((each) => each.matches(signs)) ?? CONNECTION_LOST
  const facts: Facts = { host, proxy, code: PROXY_ANSWER.exec(signs.message)?.[1] ?? signs.code }
  const through = proxy !== undefined && layer.code !== 'proxy-failed' ? ` through ${proxyName(proxy)}` : ''
  const hint = layer.hint?.(facts)
  return {
    code: layer.code,
    says: `${layer.says(facts)}${through}`,
    ...(hint === undefined ? {} : { hint }),
    sent: layer.sent,
    lasting: layer.lasting === true,
    redirected: signs.message === 'unexpected redirect',
  }
}

/** The error at the bottom; undefined when `thrown` has neither a cause nor a code, as a mistake of ours would. */
function innermost(thrown: unknown): Error | undefined {
  if (!(thrown instanceof Error)) return undefined
  let error: Error = thrown
  while (error.cause instanceof Error) error = error.cause
  return error === thrown && codeOf(error) === undefined ? undefined : error
}

function signsOf(error: Error, proxied: boolean): Signs {
  // When a name has several addresses, Node reports one error for each of them.
  const one = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  const syscall = 'syscall' in one && typeof one.syscall === 'string' ? one.syscall : undefined
  return { code: codeOf(one) ?? one.name, message: one.message, syscall, proxied }
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function isResolving({ code }: Signs): boolean {
  return code === 'ENOTFOUND' || code.startsWith('EAI_')
}

function isConnecting({ code, syscall }: Signs): boolean {
  return syscall === 'connect' || CONNECT_CODES.test(code)
}

function proxyName(proxy: ProxyUse | undefined): string {
  return proxy === undefined ? 'the proxy' : `the proxy ${proxy.url} (${proxy.variable})`
}

function variableOf(proxy: ProxyUse | undefined): string {
  return proxy?.variable ?? 'the proxy variable'
}
