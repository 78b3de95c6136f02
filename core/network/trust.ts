/** The certificates that a connection trusts. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as tls from 'node:tls'
import { ConfigError } from '../errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/**
 * The usual authorities and the extra ones; undefined when there are no extra ones, so that Node's own default holds.
 * Naming any authority switches off both the bundled ones and NODE_EXTRA_CA_CERTS, so all are gathered here.
 * @param ca PEM texts, each by the place that names it, such as `vanta.ca`
 * @throws ConfigError when a file cannot be read or holds no certificate; Node would only warn
 */
export async function trustedAuthorities(
  ca: Readonly<Record<string, string>>,
  env: Environment,
): Promise<string[] | undefined> {
  const extra = Object.entries(ca).flatMap(([where, pem]) => certificatesIn(pem, where))
  const file = env['NODE_EXTRA_CA_CERTS']
  if (file)
    extra.push(...certificatesIn(await readAuthorities(file, 'NODE_EXTRA_CA_CERTS'), `NODE_EXTRA_CA_CERTS (${file})`))
  return extra.length === 0 ? undefined : [...usualAuthorities(), ...extra]
}

/**
 * PEM text of a file.
 * @param where what names the file: a variable, or an option
 * @throws ConfigError `ca-unreadable`
 */
export async function readAuthorities(file: string, where: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new ConfigError('ca-unreadable', `${where} names ${file}, which cannot be read (${code}).`, {
      hint: `Correct the path in ${where}, or remove it.`,
      cause: error,
    })
  }
}

function certificatesIn(pem: string, where: string): readonly string[] {
  const found = pem.match(CERTIFICATE) ?? []
  const hint = 'Expected PEM text: blocks that begin with -----BEGIN CERTIFICATE-----.'
  if (found.length === 0) throw new ConfigError('bad-ca', `${where} holds no certificate.`, { hint })
  for (const [index, certificate] of found.entries()) {
    if (isCertificate(certificate)) continue
    throw new ConfigError('bad-ca', `Certificate ${index + 1} of ${found.length} in ${where} is damaged.`, { hint })
  }
  return found
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

/** With what the operating system or a flag of Node adds, where Node can tell (from 22.15 on). */
function usualAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => readonly string[] }
  return getCACertificates?.('default') ?? tls.rootCertificates
}
