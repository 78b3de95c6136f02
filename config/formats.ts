import { isIP } from 'node:net'
import { DAY } from '../core/clock.ts'
import type { Limit } from '../core/resource.ts'
import { parseCron } from '../core/schedule/cron.ts'
import { parseDuration } from '../core/text/duration.ts'
import type { TextFormat } from './schema-node.ts'

interface Format {
  readonly test: (text: string) => boolean
  /** What it is not: `is no duration`. */
  readonly says: string
  readonly expected: string
  /** The same for editors, as far as a pattern can say it. */
  readonly pattern?: string
}

/** Timers count milliseconds in 31 bits, and fire at once when given more. */
const LONGEST_TIMER = 24 * DAY

const DURATION = '^\\d{1,9}[smhd]$'
const DELAY = '^(?:0|\\d{1,9}[smhd])$'
const HEADER = '^[A-Za-z0-9-]{1,64}$'
const LIMIT = '^(?:\\d{1,9}|(?:100(?:\\.0+)?|\\d{1,2}(?:\\.\\d+)?) ?%)$'
const GONE = '^(?:omit|deactivate)$'
const NAME = '^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}$'
const RESOURCE_ID = '^[0-9a-fA-F]{24}$'

export const FORMATS: Readonly<Record<TextFormat, Format>> = {
  address: {
    test: (text) => parseAddress(text) !== undefined,
    says: 'is no address',
    expected: 'host and port, as in 0.0.0.0:8401',
  },
  delay: {
    test: (text) => text === '0' || (parseDuration(text) ?? Infinity) <= LONGEST_TIMER,
    says: 'is no delay',
    expected: '0, or a number and s, m, h or d, as in 5m; at most 24d',
    pattern: DELAY,
  },
  'header-name': {
    test: matcher(HEADER),
    says: 'is no name of a header',
    expected: 'a name such as X-Forwarded-User',
    pattern: HEADER,
  },
  network: {
    test: isNetwork,
    says: 'is no address',
    expected: 'an IP address such as 10.1.2.3, or a range such as 10.1.0.0/24',
  },
  'public-url': {
    test: isPublicUrl,
    says: 'is no address of a page',
    expected:
      'https and a host, as in https://vanta-sync.example.com; http only for this machine; no path, query or password',
  },
  duration: {
    test: (text) => parseDuration(text) !== undefined,
    says: 'is no duration',
    expected: 'a number and s, m, h or d, as in 30m',
    pattern: DURATION,
  },
  gone: {
    test: matcher(GONE),
    says: 'is nothing that can become of those who left',
    expected: 'omit, deactivate, or { deactivate: 90d }',
    pattern: GONE,
  },
  span: {
    test: (text) => (parseDuration(text) ?? 0) > 0,
    says: 'is no span of time',
    expected: 'a number above 0 and s, m, h or d, as in 3h',
    pattern: DURATION,
  },
  timeout: {
    test: (text) => (parseDuration(text) ?? 0) > 0 && (parseDuration(text) ?? 0) <= LONGEST_TIMER,
    says: 'is no time limit',
    expected: 'a number and s, m, h or d, as in 30m; above 0 and at most 24d',
    pattern: DURATION,
  },
  limit: {
    test: matcher(LIMIT),
    says: 'is no limit',
    expected: 'a share from 0% to 100%, or a count',
    pattern: LIMIT,
  },
  zone: { test: isZone, says: 'is no time zone', expected: 'a name such as Europe/Berlin or UTC' },
  cron: {
    test: (text) => parseCron(text) !== undefined,
    says: 'is no cron expression that ever comes due',
    expected: 'minute, hour, day of the month, month and day of the week, as in "17 * * * *"',
  },
  'base-url': {
    test: (text) => normalBaseUrl(text) !== undefined,
    says: 'is no base URL',
    expected: 'https and a host, as in https://api.vanta.com; http only for this machine; no path, query or password',
  },
  'resource-id': {
    test: matcher(RESOURCE_ID),
    says: 'is no resource id',
    expected: 'the 24 hex digits that the Developer Console shows under Resources',
    pattern: RESOURCE_ID,
  },
  name: {
    test: matcher(NAME),
    says: 'is no name',
    expected: 'letters, digits, ".", "_" and "-", at most 64',
    pattern: NAME,
  },
}

function matcher(pattern: string): (text: string) => boolean {
  const expression = new RegExp(pattern, 'u')
  return (text) => expression.test(text)
}

/** Node also takes offsets such as `+01:00`; luxon does not read those as a zone's name, and they know no summer time. */
function isZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).format(0)
    return true
  } catch {
    return false
  }
}

/** The origin, without a trailing slash and without `/v1`; undefined for what no token may be sent to. */
export function normalBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(text))) return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  return /^\/*(?:v1\/*)?$/.test(url.pathname) ? url.origin : undefined
}

/** Does the URL lead to this machine, whatever the network says? */
export function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false
  const host = new URL(text).hostname
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `5%` or `10`, of text that passed the format. */
export function parseLimit(text: string): Limit {
  if (!text.endsWith('%')) return { kind: 'count', count: Number(text), text }
  return { kind: 'share', share: Number(text.slice(0, -1)) / 100, text: text.replace(' ', '') }
}

/** `host:port`, `[::1]:port`, or a port of this machine. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) return undefined
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}

/** Milliseconds of text that passed the format. */
export function parseDelay(text: string): number {
  return text === '0' ? 0 : (parseDuration(text) ?? 0)
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  if (bits === undefined) return true
  // Of an IPv4 address that IPv6 carries, the first 96 bits are always the same.
  const [least, most] = version === 4 ? [0, 32] : [MAPPED.test(address) ? 96 : 0, 128]
  return /^\d{1,3}$/.test(bits) && Number(bits) >= least && Number(bits) <= most
}

const MAPPED = /^::ffff:(?:[\d.]+|[0-9a-f]{1,4}:[0-9a-f]{1,4})$/i

/** Is everybody in that range? Of text that passed the format. */
export function isEverywhere(network: string): boolean {
  const [address = '', bits] = network.split('/')
  return bits !== undefined && Number(bits) === (MAPPED.test(address) ? 96 : 0)
}

function isPublicUrl(text: string): boolean {
  const origin = normalBaseUrl(text)
  return origin !== undefined && origin === text.replace(/\/+$/, '').toLowerCase()
}
