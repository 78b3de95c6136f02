import { isIP } from 'node:net'
import { ConfigError } from '../../core/errors.ts'
import { readAuthorities, trustedAuthorities } from '../../core/network/trust.ts'
import type { ConnectContext } from './database.ts'
import type { Target } from './target.ts'

export interface TlsTrust {
  /** PEM texts; undefined for Node's own. */
  readonly ca: string[] | undefined
  readonly rejectUnauthorized: boolean
}

/**
 * How the certificate of the server is judged; undefined when there is no TLS.
 * @throws ConfigError when `ca` cannot be read or holds no certificate
 */
export async function tlsTrust(
  { tls, place }: Target,
  { options, log }: ConnectContext,
): Promise<TlsTrust | undefined> {
  if (tls === 'off') return undefined
  if (tls === 'require') {
    log.warn(`${place}: with tls: require the certificate is not checked, and anybody on the way can read along`)
    return { ca: undefined, rejectUnauthorized: false }
  }
  const extra =
    options.ca === undefined ? {} : { [`\`ca\` (${options.ca})`]: await readAuthorities(options.ca, '`ca`') }
  return { ca: await trustedAuthorities(extra, process.env), rejectUnauthorized: true }
}

/** Names may be sent and compared; an address is neither sent as a name nor found in most certificates. */
export function serverName({ host }: Target): string | undefined {
  return isIP(host) === 0 ? host : undefined
}

/**
 * For drivers that compare the certificate of an address with the name localhost, which proves nothing.
 * @throws ConfigError `sql-options`
 */
export function refuseAddress({ host, tls }: Target): void {
  if (tls !== 'verify' || isIP(host) === 0) return
  const what =
    'with `tls: verify` the `host` must be a name here: the driver cannot check the certificate of an address'
  throw new ConfigError('sql-options', what, {
    hint: 'Write the name that stands in the certificate, or choose another `tls`.',
  })
}

export function noTls(place: string): ConfigError {
  return new ConfigError('tls-missing', `${place} does not speak TLS, and \`tls\` asks for it`, {
    hint: 'Switch TLS on at the server; where the network is trusted, `tls: off` goes without.',
  })
}
