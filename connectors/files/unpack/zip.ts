import { OperatorError } from '../../../core/errors.ts'
import { type Archive, type ArchiveEntry, openArchive } from '../archive.ts'
import { limited, tooLarge } from './limit.ts'
import type { Packed } from './packed.ts'
import { spool } from './spool.ts'

/** So many names help to see what was delivered; more would only fill the screen. */
const NAMED = 5

/** What every document of Office holds. */
const DOCUMENT_PART = /^(\[Content_Types\]|xl\/workbook|word\/document|ppt\/presentation)\.xml$/i

/** The one file of an archive, with its checksum verified. What Finder and Explorer add of their own is none. */
export async function* unpackZip(packed: Packed): AsyncGenerator<Buffer, void, void> {
  const { name, limit, signal } = packed
  const local = await toLocal(packed)
  try {
    const archive = await openArchive(local.path, name)
    try {
      const entry = onlyEntry(archive, name)
      if (entry.isEncrypted) throw encrypted(name)
      if (entry.size > limit.bytes) throw tooLarge(name, limit)
      yield* limited(archive.read(entry, signal), limit, name)
    } finally {
      archive.close()
    }
  } finally {
    await local.close()
  }
}

/** An archive's table of contents lies at its end. All bytes are read in any case: their hash is part of the proof. */
async function toLocal(packed: Packed): Promise<{ path: string; close(): Promise<void> }> {
  const { pieces, localPath, limit, name, scratch } = packed
  if (localPath === undefined) return spool(limited(pieces, limit, name), scratch)
  for await (const _ of pieces);
  return { path: localPath, close: () => Promise.resolve() }
}

function onlyEntry({ entries }: Archive, name: string): ArchiveEntry {
  if (entries.some((entry) => DOCUMENT_PART.test(entry.name))) throw isDocument(name)
  const files = entries.filter((entry) => !isLitter(entry.name))
  const [only, ...others] = files
  if (only !== undefined && others.length === 0) return only
  const names = files.slice(0, NAMED).map((entry) => entry.name)
  if (files.length > NAMED) names.push('…')
  const found = only === undefined ? 'no file' : `${files.length} files (${names.join(', ')})`
  throw new OperatorError('archive-entries', `${name} holds ${found}, and exactly one is expected`, {
    hint: 'Deliver one archive for each file, and read several with a pattern and `pick: all`.',
  })
}

function isDocument(name: string): OperatorError {
  return new OperatorError('file-format', `${name} is an Excel workbook (.xlsx) or another Office document`, {
    hint: 'Read workbooks with `use: xlsx`, in `hris` with `format: xlsx`; or deliver the export as plain text; renaming a file does not convert it.',
  })
}

function isLitter(path: string): boolean {
  return path.startsWith('__MACOSX/') || /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(path)
}

function encrypted(name: string): OperatorError {
  return new OperatorError('archive-encrypted', `${name} is protected with a password`, {
    hint: 'Passwords of zip archives protect badly and are not asked for: encrypt with PGP instead, or with nothing.',
  })
}
