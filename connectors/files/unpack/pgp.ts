import { Readable } from 'node:stream'
import { type ReadableStream, TextDecoderStream } from 'node:stream/web'
import type { Message } from 'openpgp'
import { ConfigError, messageOf, OperatorError } from '../../../core/errors.ts'
import { takeHead } from './head.ts'
import { limited } from './limit.ts'
import type { Packed } from './packed.ts'
import { loadKeys, loadOpenpgp, type Openpgp, type PgpKeys } from './pgp-keys.ts'
import { spool } from './spool.ts'

type Bytes = ReadableStream<Uint8Array>

/** The first byte of a packet has its highest bit set; that of ASCII armour has not. */
const BINARY = 0x80

interface Signature {
  readonly verified: Promise<unknown>
}

/**
 * The content of an encrypted message. It is decrypted to a file first, and given out only when its integrity is proved
 * and, with `signedBy`, its signature: before that, anybody may have written it.
 */
export async function* unpackPgp(packed: Packed): AsyncGenerator<Buffer, void, void> {
  const { name, pgp, signal } = packed
  if (pgp === undefined) throw noKey(name)
  const openpgp = await loadOpenpgp()
  const keys = await loadKeys(openpgp, pgp)
  const content = await spool(limited(decrypt(packed, openpgp, keys), packed.limit, name), packed.scratch)
  try {
    yield* content.pieces(signal)
  } finally {
    await content.close()
  }
}

/** @throws OperatorError at the latest when all pieces have been given: they are worth nothing before */
async function* decrypt(packed: Packed, openpgp: Openpgp, keys: PgpKeys): AsyncGenerator<Uint8Array, void, void> {
  const { name, signal } = packed
  const { head, pieces } = await takeHead(packed.pieces, 1)
  const source = createSource(pieces)
  try {
    const message = await readMessage(openpgp, source.bytes, (head[0] ?? 0) < BINARY)
    requireOurs(name, message, keys)
    const { data, signatures } = await openpgp.decrypt({
      message,
      ...(keys.passwords.length > 0 ? { passwords: [...keys.passwords] } : { decryptionKeys: [...keys.privateKeys] }),
      verificationKeys: [...keys.signers],
      format: 'binary',
      // Only into the spool, which nobody reads before the end.
      config: { allowUnauthenticatedStream: true },
    })
    for (const { verified } of signatures) verified.catch(() => undefined)
    yield* data
    if (keys.signers.length > 0) await requireSignature(name, signatures)
  } catch (error) {
    signal.throwIfAborted()
    throw source.failure() ?? explained(name, error)
  } finally {
    await source.close()
  }
}

interface Source {
  readonly bytes: Bytes
  /** What the stored file threw, if it did: the decryption only hands on that its input broke. */
  failure(): Error | undefined
  close(): Promise<void>
}

function createSource(pieces: AsyncGenerator<Buffer, void, void>): Source {
  let failure: Error | undefined
  async function* watched(): AsyncGenerator<Buffer, void, void> {
    try {
      yield* pieces
    } catch (error) {
      failure = error as Error
      throw error
    }
  }
  const readable = Readable.from(watched(), { objectMode: false })
  return {
    bytes: Readable.toWeb(readable) as Bytes,
    failure: () => failure,
    async close() {
      readable.destroy()
      await pieces.return()
    },
  }
}

async function readMessage(openpgp: Openpgp, bytes: Bytes, isArmored: boolean): Promise<Message<Bytes>> {
  if (!isArmored) return openpgp.readMessage({ binaryMessage: bytes })
  const text = bytes.pipeThrough(new TextDecoderStream('latin1'))
  return openpgp.readMessage({ armoredMessage: text })
}

/** One valid signature of one of the keys is enough; those of others say nothing. */
async function requireSignature(name: string, signatures: readonly Signature[]): Promise<void> {
  const results = await Promise.allSettled(signatures.map(({ verified }) => verified))
  if (results.some(({ status }) => status === 'fulfilled')) return
  const found = signatures.length === 0 ? 'is not signed' : 'has no valid signature of a key in `pgp.signedBy`'
  throw new OperatorError('pgp-signature', `${name} ${found}`, {
    hint: 'Whoever delivers it must sign it with the key that you were given; if that changed, ask by another way.',
  })
}

/** @throws OperatorError when the message names keys for which it is encrypted, and ours are not among them */
function requireOurs(name: string, message: Message<Bytes>, { privateKeys, passwords }: PgpKeys): void {
  if (passwords.length > 0) return
  const recipients = message.getEncryptionKeyIDs()
  const ours = privateKeys.flatMap((key) => key.getKeyIDs())
  const isOurs = recipients.some((id) => isAnonymous(id.toHex()) || ours.some((own) => own.equals(id)))
  if (isOurs || recipients.length === 0) return
  const key = privateKeys.map((each) => each.getKeyID().toHex().toUpperCase()).join(', ')
  throw new OperatorError('pgp-key', `${name} is not encrypted for the key in \`pgp.privateKey\` (${key})`, {
    hint: 'Whoever delivers it must encrypt it for your key.',
  })
}

/** Of a message that hides for whom it is. */
function isAnonymous(keyId: string): boolean {
  return /^0*$/.test(keyId)
}

function explained(name: string, error: unknown): Error {
  if (error instanceof OperatorError || error instanceof ConfigError) return error
  const message = messageOf(error)
  if (/no encrypted data found/i.test(message)) {
    return new OperatorError('pgp-plain', `${name} is a PGP message that is not encrypted`, {
      hint: 'Whoever delivers it must encrypt it for your key.',
      cause: error,
    })
  }
  return new OperatorError(
    'pgp-damaged',
    `${name} is cut off or was changed: its integrity is not proved (${message})`,
    {
      hint: 'Deliver it again. If it happens again, somebody may be changing it on its way, or the passphrase is another.',
      cause: error,
    },
  )
}

function noKey(name: string): ConfigError {
  return new ConfigError('pgp-key', `${name} is a PGP message, and no key is configured for it`, {
    hint: 'Set `pgp: { privateKey: … }` to a reference to the private key.',
  })
}
