/** The way out to the network: undici's fetch with its own dispatchers, proxies and trusted certificates. */
import type { Dispatcher, FormData as UndiciFormData } from 'undici'
import { MINUTE, SECOND } from '../clock.ts'
import { type Proxy, type ProxyRules, type ProxyUse, proxyRules } from './proxy.ts'
import { type Environment, readAuthorities, trustedAuthorities } from './trust.ts'

type Fetch = typeof globalThis.fetch
type Undici = typeof import('undici')

/** What the client needs of a transport; a test may give it the global fetch. */
export interface Transport {
  /** A transport of ours takes `silenceMs` among the options of a request: the longest silence, instead of a minute. */
  readonly fetch: Fetch
  /** The proxy that a URL goes through, credentials removed; undefined: directly. */
  proxyFor?(url: string): ProxyUse | undefined
  /**
   * A fetch that also trusts the PEM certificates of this file, and ends with this transport.
   * @throws ConfigError when the file cannot be read or holds no certificate
   */
  trusting?(caFile: string): Promise<Fetch>
}

export interface NetworkTransport extends Transport {
  proxyFor(url: string): ProxyUse | undefined
  trusting(caFile: string): Promise<Fetch>
  /** Ends all connections at once, also those of requests that somebody left behind. */
  close(): Promise<void>
}

export interface TransportOptions {
  /** PEM certificates that are trusted besides the usual ones and those of NODE_EXTRA_CA_CERTS. */
  readonly ca?: string
  /** For HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY (either letter case) and NODE_EXTRA_CA_CERTS. */
  readonly env: Environment
}

const CONNECT_MS = 10 * SECOND
/** Between two signs of life: until the headers come, and between parts of the body. */
const SILENCE_MS = MINUTE

/** @throws ConfigError for a proxy variable that is no URL, or certificates that cannot be read */
export async function createTransport({ ca, env }: TransportOptions): Promise<NetworkTransport> {
  const rules = proxyRules(env)
  const common = ca === undefined ? {} : { 'vanta.ca': ca }
  const own = createWay(rules, await trustedAuthorities(common, env))
  const others = new Map<string, Promise<Way>>()

  async function openTrusting(caFile: string): Promise<Way> {
    const extra = await readAuthorities(caFile, '`ca`')
    return createWay(rules, await trustedAuthorities({ ...common, [caFile]: extra }, env))
  }

  return {
    fetch: own.fetch,
    proxyFor: (url) => nameOf(rules.proxyFor(url)),
    async trusting(caFile) {
      const way = others.get(caFile) ?? openTrusting(caFile)
      others.set(caFile, way)
      return (await way).fetch
    },
    async close() {
      const opened = await Promise.allSettled(others.values())
      const ways = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      await Promise.all([own, ...ways].map((way) => way.close()))
    },
  }
}

/** Connections that trust the same authorities. */
interface Way {
  readonly fetch: Fetch
  close(): Promise<void>
}

function createWay(rules: ProxyRules, authorities: string[] | undefined): Way {
  const tls = { timeout: CONNECT_MS, ...(authorities === undefined ? {} : { ca: authorities }) }
  const dispatchers = new Map<string, Dispatcher>()
  let isClosed = false

  function dispatcherFor(undici: Undici, url: string, silenceMs: number): Dispatcher {
    const proxy = rules.proxyFor(url)
    const key = `${silenceMs} ${proxy === undefined ? '' : `${proxy.variable} ${proxy.url}`}`
    const dispatcher = dispatchers.get(key) ?? createDispatcher(undici, { proxy, tls, silenceMs })
    dispatchers.set(key, dispatcher)
    return dispatcher
  }

  async function send(input: Parameters<Fetch>[0], init?: Parameters<Fetch>[1]): Promise<unknown> {
    const url = new URL(input instanceof Request ? input.url : input)
    // Loaded by the first request: a daemon that waits for its first slot, and most commands, send none.
    const undici = await import('undici')
    if (isClosed) throw new TypeError('fetch failed', { cause: new Error('the transport is closed') })
    const request = input instanceof Request ? fromRequest(input, init) : { ...init }
    const body = request.body instanceof FormData ? toUndiciForm(undici, request.body) : request.body
    const { silenceMs = SILENCE_MS } = request as { readonly silenceMs?: number }
    const dispatcher = dispatcherFor(undici, url.href, silenceMs)
    return undici.fetch(url, { ...request, body, dispatcher } as Parameters<Undici['fetch']>[1])
  }

  return {
    fetch: send as Fetch,
    async close() {
      isClosed = true
      const open = [...dispatchers.values()]
      dispatchers.clear()
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()))
    },
  }
}

interface TlsOptions {
  readonly timeout: number
  readonly ca?: string[]
}

interface Connecting {
  readonly proxy: Proxy | undefined
  readonly tls: TlsOptions
  readonly silenceMs: number
}

function createDispatcher({ Agent, Pool, ProxyAgent }: Undici, { proxy, tls, silenceMs }: Connecting): Dispatcher {
  const silence = { headersTimeout: silenceMs, bodyTimeout: silenceMs }
  if (proxy === undefined) return new Agent({ ...silence, connect: tls })
  return new ProxyAgent({
    ...silence,
    uri: proxy.url,
    ...(proxy.authorization === undefined ? {} : { token: proxy.authorization.reveal() }),
    requestTls: tls,
    proxyTls: tls,
    // Without this the proxy may take five minutes to answer CONNECT.
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: CONNECT_MS }),
  })
}

function nameOf(proxy: Proxy | undefined): ProxyUse | undefined {
  return proxy === undefined ? undefined : { url: proxy.url, variable: proxy.variable }
}

/** undici's fetch knows only its own Request: what counts of a global one is handed over as options. */
function fromRequest(request: Request, init: RequestInit | undefined): RequestInit {
  const { method, headers, body, redirect, signal } = request
  const own = body === null ? {} : { body, duplex: 'half' as const }
  return { method, headers, redirect, signal, ...own, ...init }
}

/** Given the global FormData, undici's fetch would send the text `[object FormData]` without an error. */
function toUndiciForm(undici: Undici, form: FormData): UndiciFormData {
  const copy = new undici.FormData()
  for (const [name, value] of form) {
    if (typeof value === 'string') copy.append(name, value)
    else copy.append(name, value, value.name)
  }
  return copy
}
