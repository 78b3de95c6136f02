/** Addresses of files on the web, and of what lies beside them. */
import { ConfigError } from '../../../core/errors.ts'
import { sayUrl } from '../../network/url.ts'

/**
 * @param beside when given, the result must lie on its server: credentials are not for others
 * @throws ConfigError
 */
export function parseWebUrl(location: string, allowUnencrypted = false, beside?: URL): URL {
  if (!URL.canParse(location)) throw invalid('cannot be understood as an address', 'Expected https://host/folder/file.')
  const url = new URL(location)
  url.hash = ''
  if (url.username !== '' || url.password !== '') {
    throw invalid('holds credentials', 'Set `http: { user, password }`, the password by reference.')
  }
  if (url.hostname.includes('*') || /[*[\]]/.test(decodeLoosely(url.pathname))) {
    throw invalid('holds a pattern', 'A web server does not list its files: name one of them.')
  }
  if (url.protocol === 'http:' && !allowUnencrypted && !isLoopback(url.hostname)) {
    throw invalid(
      'is not encrypted (http:)',
      'Use https:. Where that cannot be, `http: { allowUnencrypted: true }` permits it: anybody on the way can then read and change the file.',
    )
  }
  if (beside !== undefined && beside.origin !== url.origin) {
    throw new ConfigError('location', `${sayUrl(url)} lies on another server than ${sayUrl(beside)}`, {
      hint: 'A control file must lie beside its file: the credentials are not for other servers.',
    })
  }
  return url
}

/** The last part of the path, as people write it; the host where there is none. */
export function nameInUrl(url: URL): string {
  const last = decodeLoosely(url.pathname.slice(url.pathname.lastIndexOf('/') + 1))
  return last === '' ? url.hostname : last
}

/**
 * The address of a name beside another address, whose query it takes over: such a query opens a folder as often as a
 * file. `name` is literal, in the form that `literalPattern` gives it.
 */
export function besideUrl(path: string, name: string): string {
  const base = new URL(asText(path))
  const wanted = asText(name)
  const plain = `${base.origin}${base.pathname}`
  if (wanted.startsWith(base.href)) return `${plain}${wanted.slice(base.href.length)}${base.search}`
  if (/^https?:\/\//i.test(wanted)) return wanted
  const url = new URL(wanted.split('/').map(encodeURIComponent).join('/'), base)
  url.search = base.search
  return url.href
}

/** A pattern that matches only itself, as the text that it matches. */
function asText(pattern: string): string {
  return pattern.replace(/\[([*?[])\]/g, '$1')
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** Without the address itself: its query may hold a token. */
function invalid(what: string, hint: string): ConfigError {
  return new ConfigError('location', `\`path\` ${what}`, { hint })
}
