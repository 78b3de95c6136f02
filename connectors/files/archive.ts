/** Zip archives: read by their table of contents, which lies at the end, so that a cut one is never opened. */
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { messageOf, OperatorError } from '../../core/errors.ts'

export interface ArchiveEntry {
  readonly name: string
  /** Bytes when unpacked, as the archive says; reading ends with an error when that is not true. */
  readonly size: number
  readonly isEncrypted: boolean
}

export interface Archive {
  /** In the archive's order, without folders. */
  readonly entries: readonly ArchiveEntry[]
  /** Unpacked bytes to the end, with their checksum verified. @throws OperatorError when the entry is damaged */
  read(entry: ArchiveEntry, signal: AbortSignal): AsyncGenerator<Buffer, void, void>
  close(): void
}

/**
 * @param name of the archive, for messages
 * @throws OperatorError `archive-damaged` when it is cut or no archive
 */
export async function openArchive(path: string, name: string): Promise<Archive> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }).catch(
    (error: unknown) => {
      throw damaged(name, error)
    },
  )
  try {
    const known = await listEntries(zip)
    return {
      entries: [...known.keys()],
      read: (entry, signal) => readEntry(zip, { name, entry, known, signal }),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw damaged(name, error)
  }
}

/** Resolves with all entries; an error of the archive rejects. */
function listEntries(zip: ZipFile): Promise<Map<ArchiveEntry, Entry>> {
  return new Promise((resolve, reject) => {
    const known = new Map<ArchiveEntry, Entry>()
    zip.on('error', reject)
    zip.on('end', () => resolve(known))
    zip.on('entry', (entry) => {
      if (!entry.fileName.endsWith('/')) known.set(describeEntry(entry), entry)
      zip.readEntry()
    })
    zip.readEntry()
  })
}

function describeEntry(entry: Entry): ArchiveEntry {
  return { name: entry.fileName, size: entry.uncompressedSize, isEncrypted: entry.isEncrypted() }
}

interface ReadEntry {
  readonly name: string
  readonly entry: ArchiveEntry
  readonly known: ReadonlyMap<ArchiveEntry, Entry>
  readonly signal: AbortSignal
}

async function* readEntry(zip: ZipFile, { name, entry, known, signal }: ReadEntry): AsyncGenerator<Buffer, void, void> {
  const own = known.get(entry)
  if (own === undefined) throw new Error('the entry is of another archive')
  let sum = 0
  try {
    const stream = await zip.openReadStreamPromise(own)
    for await (const piece of stream as AsyncIterable<Buffer>) {
      signal.throwIfAborted()
      sum = crc32(piece, sum)
      yield piece
    }
  } catch (error) {
    signal.throwIfAborted()
    throw damaged(`${entry.name} in ${name}`, error)
  }
  if (sum !== own.crc32) throw damaged(`${entry.name} in ${name}`, new Error('its checksum is wrong'))
}

function damaged(name: string, error: unknown): OperatorError {
  if (/unsupported compression method/.test(messageOf(error))) {
    return new OperatorError(
      'archive-method',
      `${name} is packed in a way that is not known here (${messageOf(error)})`,
      {
        hint: 'Pack it with deflate, as zip programs do by themselves.',
        cause: error,
      },
    )
  }
  return new OperatorError('archive-damaged', `${name} is damaged: ${messageOf(error)}`, {
    hint: 'It was cut off or changed on its way: deliver it again, under another name that is changed when it is whole.',
    cause: error,
  })
}
