import { readFile } from 'node:fs/promises'
import type { PrivateKey, PublicKey } from 'openpgp'
import { ConfigError } from '../../../core/errors.ts'
import type { Secret } from '../../../core/secret.ts'
import { loadDriver } from '../../network/driver.ts'
import { errnoOf } from '../failure.ts'
import type { FileOptions } from '../options.ts'

export type Openpgp = typeof import('openpgp')

export interface PgpKeys {
  readonly privateKeys: readonly PrivateKey[]
  /** Of messages that are encrypted with a passphrase and no key. */
  readonly passwords: readonly string[]
  /** Keys of which one must have signed; empty: nobody need have. */
  readonly signers: readonly PublicKey[]
}

type PgpOptions = NonNullable<FileOptions['pgp']>

export function loadOpenpgp(): Promise<Openpgp> {
  return loadDriver(() => import('openpgp'), { purpose: 'A PGP message', packages: ['openpgp@6'] })
}

/** @throws ConfigError when a key cannot be read, or its passphrase is wrong or missing */
export async function loadKeys(openpgp: Openpgp, options: PgpOptions): Promise<PgpKeys> {
  const { privateKey, passphrase, signedBy } = options
  if (privateKey === undefined && passphrase === undefined) {
    throw new ConfigError('pgp-key', '`pgp` has neither privateKey nor passphrase', {
      hint: 'Set `pgp: { privateKey: … }` to a reference to the private key.',
    })
  }
  return {
    privateKeys: privateKey === undefined ? [] : await readPrivate(openpgp, privateKey, passphrase),
    passwords: privateKey === undefined && passphrase !== undefined ? [passphrase.reveal()] : [],
    signers: signedBy === undefined ? [] : await readSigners(openpgp, signedBy),
  }
}

async function readPrivate(
  openpgp: Openpgp,
  armored: Secret,
  passphrase: Secret | undefined,
): Promise<readonly PrivateKey[]> {
  // What the library says of a text that is no key may quote it, so it is not handed on.
  const keys = await openpgp.readPrivateKeys({ armoredKeys: armored.reveal() }).catch(() => undefined)
  if (keys === undefined || keys.length === 0) {
    throw new ConfigError('pgp-key', '`pgp.privateKey` is no private key in ASCII armour', {
      hint: 'It begins with -----BEGIN PGP PRIVATE KEY BLOCK-----; `gpg --armor --export-secret-keys` writes it.',
    })
  }
  return Promise.all(keys.map((key) => unlock(openpgp, key, passphrase)))
}

async function unlock(openpgp: Openpgp, key: PrivateKey, passphrase: Secret | undefined): Promise<PrivateKey> {
  if (key.isDecrypted()) return key
  if (passphrase === undefined) {
    throw new ConfigError('pgp-passphrase', '`pgp.privateKey` is protected, and `pgp.passphrase` is not set', {
      hint: 'Set `pgp.passphrase` to a reference to its passphrase.',
    })
  }
  try {
    return await openpgp.decryptKey({ privateKey: key, passphrase: passphrase.reveal() })
  } catch {
    throw new ConfigError('pgp-passphrase', '`pgp.passphrase` does not open `pgp.privateKey`', {
      hint: 'A secret that was pasted into a file often has a line break too many.',
    })
  }
}

async function readSigners(openpgp: Openpgp, file: string): Promise<readonly PublicKey[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new ConfigError('pgp-signer', `\`pgp.signedBy\` names ${file}, which cannot be read (${errnoOf(error)})`, {
      hint: 'Correct the path in `pgp.signedBy`.',
      cause: error,
    })
  })
  const isBinary = (bytes[0] ?? 0) >= 0x80
  const reading = isBinary
    ? openpgp.readKeys({ binaryKeys: new Uint8Array(bytes) })
    : openpgp.readKeys({ armoredKeys: bytes.toString('latin1') })
  const keys = await reading.catch(() => undefined)
  if (keys !== undefined && keys.length > 0) return keys.map((key) => key.toPublic())
  throw new ConfigError('pgp-signer', `${file}, which \`pgp.signedBy\` names, holds no public key`, {
    hint: 'Export it with `gpg --armor --export`.',
  })
}
