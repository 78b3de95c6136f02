/** The certificate of the server, read again when it changes. */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { ConfigError, messageOf } from '../core/errors.ts'
import type { ServerSpec } from '../core/resource.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

type TlsFiles = NonNullable<ServerSpec['tls']>

/** @throws ConfigError when a file cannot be read, is no PEM, or the key is not the certificate's */
export async function readCertificate({ cert, key }: TlsFiles): Promise<Certificate> {
  const certificate = { cert: await read('cert', cert), key: await read('key', key) }
  try {
    createSecureContext(certificate)
    return certificate
  } catch (error) {
    throw new ConfigError('tls-unusable', `server.tls is not usable: ${messageOf(error)}, in ${cert} and ${key}`, {
      hint: 'Both must be PEM files, the key without a passphrase, and the key must be the one of the certificate.',
      cause: error,
    })
  }
}

async function read(name: keyof TlsFiles, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ConfigError('tls-unreadable', `server.tls.${name} cannot be read: ${messageOf(error)}`, {
      hint: 'Check that the file is there and that the user of vanta-sync may read it.',
      cause: error,
    })
  }
}
