/** Which proxy a URL goes through, by the usual variables. One decision serves both the connection and the messages. */
import { BlockList, isIP } from 'node:net'
import { ConfigError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { Environment } from './trust.ts'

/** A proxy as messages may name it. */
export interface ProxyUse {
  /** Origin, without credentials: `http://proxy.example.com:3128`. */
  readonly url: string
  /** The variable that named it: `HTTPS_PROXY`. */
  readonly variable: string
}

export interface Proxy extends ProxyUse {
  /** Value of `Proxy-Authorization`, when the variable's URL has credentials. */
  readonly authorization?: Secret
}

export interface ProxyRules {
  /** Undefined: directly. */
  proxyFor(url: string): Proxy | undefined
}

/** In the order in which they are looked at; as with Node's own agent, https falls back to the variable of http. */
const HTTP_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']
const HTTPS_VARIABLES = ['https_proxy', 'HTTPS_PROXY', ...HTTP_VARIABLES]

/** @throws ConfigError `bad-proxy` when a variable that counts holds no URL of an HTTP proxy */
export function proxyRules(env: Environment): ProxyRules {
  const http = proxyOf(env, HTTP_VARIABLES)
  const https = proxyOf(env, HTTPS_VARIABLES)
  const exempt = exemption(env['no_proxy'] ?? env['NO_PROXY'] ?? '')
  return {
    proxyFor(url) {
      const target = new URL(url)
      if (exempt(target)) return undefined
      return target.protocol === 'https:' ? https : http
    },
  }
}

function proxyOf(env: Environment, variables: readonly string[]): Proxy | undefined {
  const variable = variables.find((name) => env[name] !== undefined)
  const value = variable === undefined ? '' : (env[variable] ?? '').trim()
  // An empty variable switches the proxy off, so the ones after it are not looked at.
  return variable === undefined || value === '' ? undefined : parseProxy(variable, value)
}

function parseProxy(variable: string, value: string): Proxy {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    // The value may hold a password: it is named, not shown.
    throw new ConfigError('bad-proxy', `${variable} is not the URL of an HTTP proxy.`, {
      hint: `Expected ${variable}=http://host:port, with user:password@ before the host when the proxy asks for them.`,
    })
  }
  const named = { url: url.origin, variable }
  return url.username === '' ? named : { ...named, authorization: basicAuthorization(variable, url) }
}

function basicAuthorization(variable: string, url: URL): Secret {
  try {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    return new Secret(`Basic ${Buffer.from(credentials).toString('base64')}`)
  } catch {
    throw new ConfigError('bad-proxy', `The user or password in ${variable} is not percent-encoded correctly.`, {
      hint: 'Write a literal % as %25.',
    })
  }
}

type Exemption = (target: URL) => boolean

/** NO_PROXY: names (with all below them), addresses, networks as `10.0.0.0/8`, each with an optional port; `*` is all. */
function exemption(list: string): Exemption {
  const rules = list
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .map(exemptionOf)
  return (target) => rules.some((rule) => rule(target))
}

function exemptionOf(entry: string): Exemption {
  if (entry === '*') return () => true
  const network = /^(.+)\/(\d{1,3})$/.exec(entry)
  if (network) return networkExemption(bare(network[1] ?? ''), Number(network[2]))
  const withPort = isIP(entry) ? null : /^(.+):(\d+)$/.exec(entry)
  const name = bare(withPort?.[1] ?? entry).replace(/^\*?\./, '')
  const port = withPort?.[2]
  return (target) => {
    const host = bare(target.hostname)
    return (port === undefined || port === portOf(target)) && (host === name || host.endsWith(`.${name}`))
  }
}

function networkExemption(address: string, bits: number): Exemption {
  const version = isIP(address)
  if (version === 0 || bits > (version === 4 ? 32 : 128)) return () => false
  const network = new BlockList()
  network.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6')
  return (target) => {
    const host = bare(target.hostname)
    const kind = isIP(host)
    return kind !== 0 && network.check(host, kind === 4 ? 'ipv4' : 'ipv6')
  }
}

/** Lower case, without the brackets of an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port
  return url.protocol === 'https:' ? '443' : '80'
}
