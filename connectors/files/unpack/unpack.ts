/** Takes off whatever a file is packed in, one wrapping after another. */
import { ConfigError, OperatorError } from '../../../core/errors.ts'
import type { FileOptions } from '../options.ts'
import { takeHead } from './head.ts'
import { findLayer, HEAD, isLayer, type Layer, promisedLayers } from './layers.ts'
import { limited, parseLimit } from './limit.ts'
import type { Packed } from './packed.ts'

/** Wrappings within wrappings; nobody packs so often, but an attacker may. */
const DEEPEST = 4

export interface UnpackInput extends Omit<Packed, 'limit' | 'pgp'> {
  /** The last part of its path, whose endings promise something. */
  readonly baseName: string
  readonly options: Pick<FileOptions, 'unpack' | 'maxUnpacked' | 'pgp'>
  /** `keep`: a zip archive is a document of its own (a workbook), unless name or options say otherwise. */
  readonly archives: 'open' | 'keep'
}

export interface Unpacked {
  readonly pieces: AsyncGenerator<Buffer, void, void>
  /** From the outside in; empty when the file was not packed. */
  readonly layers: readonly Layer[]
}

/**
 * @throws OperatorError when the file is not packed as name or options say; ConfigError when the options contradict each
 *   other. What is cut or damaged ends the pieces with an error, at the latest when all have been given.
 */
export async function unpack(input: UnpackInput): Promise<Unpacked> {
  const { name, options } = input
  const promised = promisesOf(input)
  const limit = parseLimit(options.maxUnpacked)
  const layers: Layer[] = []
  let pieces = input.pieces
  for (;;) {
    const headed = await takeHead(pieces, HEAD)
    pieces = headed.pieces
    const layer = options.unpack === 'none' ? undefined : nextLayer(headed.head, promised[layers.length], input)
    if (layer === undefined) break
    if (layers.length === DEEPEST) throw tooDeep(name)
    const localPath = layers.length === 0 ? input.localPath : undefined
    const opened = await open(layer, { ...input, pieces, localPath, pgp: options.pgp, limit })
    pieces = limited(opened, limit, name)
    layers.push(layer)
  }
  if (options.pgp === undefined || layers.includes('pgp')) return { pieces, layers }
  await pieces.return()
  throw notEncrypted(name)
}

function promisesOf({ baseName, options }: UnpackInput): readonly Layer[] {
  const { unpack: wish, pgp } = options
  if (wish === 'none') {
    if (pgp === undefined) return []
    throw new ConfigError('unpack', '`pgp` is set, and `unpack: none` forbids to decrypt', {
      hint: 'Remove one of the two.',
    })
  }
  const promised = promisedLayers(baseName)
  if (wish !== 'auto' && promised[0] !== wish) return [wish, ...promised]
  if (pgp !== undefined && !promised.includes('pgp')) return ['pgp', ...promised]
  return promised
}

function nextLayer(head: Buffer, promised: Layer | undefined, { name, archives }: UnpackInput): Layer | undefined {
  if (promised === undefined) {
    const found = findLayer(head)
    return found === 'zip' && archives === 'keep' ? undefined : found
  }
  if (isLayer(promised, head)) return promised
  if (promised === 'pgp') throw notEncrypted(name)
  const seen = head.length === 0 ? 'it is empty' : 'its first bytes are others'
  throw new OperatorError('archive-missing', `${name} should be packed with ${promised}, and is not: ${seen}`, {
    hint: 'Correct its name or `unpack`. A web server that names gzip as Content-Encoding unpacks it on the way.',
  })
}

/** Most files are not packed: what opens a packing is loaded when one is met. */
async function open(layer: Layer, packed: Packed): Promise<AsyncGenerator<Buffer, void, void>> {
  if (layer === 'gzip') return (await import('./gzip.ts')).unpackGzip(packed)
  if (layer === 'zip') return (await import('./zip.ts')).unpackZip(packed)
  return (await import('./pgp.ts')).unpackPgp(packed)
}

function notEncrypted(name: string): OperatorError {
  return new OperatorError('pgp-plain', `${name} should be a PGP message, and is not`, {
    hint: 'Whoever delivers it must encrypt it; or correct its name, or remove `pgp` from the configuration.',
  })
}

function tooDeep(name: string): OperatorError {
  return new OperatorError('archive-deep', `${name} is packed more than ${DEEPEST} times over`, {
    hint: 'Deliver it packed once.',
  })
}
