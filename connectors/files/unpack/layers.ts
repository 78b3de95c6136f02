/** What a file is packed in, told by its name and by its first bytes. */

export type Layer = 'gzip' | 'zip' | 'pgp'

/** Bytes that are enough to tell. */
export const HEAD = 32

const ENDINGS: Readonly<Record<string, Layer>> = {
  gz: 'gzip',
  gzip: 'gzip',
  zip: 'zip',
  pgp: 'pgp',
  gpg: 'pgp',
}

/** What the endings of a name promise, from the outside in: `people.csv.gz.pgp` is pgp around gzip. */
export function promisedLayers(name: string): readonly Layer[] {
  const layers: Layer[] = []
  for (const ending of name.toLowerCase().split('.').slice(1).toReversed()) {
    const layer = ENDINGS[ending]
    if (layer === undefined) break
    layers.push(layer)
  }
  return layers
}

/** Do bytes that begin so lie in that wrapping? */
export function isLayer(layer: Layer, head: Buffer): boolean {
  if (layer === 'gzip') return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8
  // The second is that of an archive without a file.
  if (layer === 'zip') return startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06')
  return isArmored(head) || isPacket(head[0] ?? 0)
}

/** Only what cannot be text: the first byte of a binary PGP message can. */
export function findLayer(head: Buffer): Layer | undefined {
  if (isLayer('gzip', head)) return 'gzip'
  if (isLayer('zip', head)) return 'zip'
  return isArmored(head) ? 'pgp' : undefined
}

function isArmored(head: Buffer): boolean {
  return startsWith(head, '-----BEGIN PGP MESSAGE')
}

/** A packet that may begin a message: a session key, encrypted, compressed or signed data. */
function isPacket(first: number): boolean {
  if (first < 0x80) return false
  const tag = first >= 0xc0 ? first & 0x3f : (first & 0x3f) >> 2
  return [1, 3, 4, 8, 9, 10, 18, 20].includes(tag)
}

function startsWith(head: Buffer, text: string): boolean {
  return head.subarray(0, text.length).toString('latin1') === text
}
