/** What lies where a workbook should: told by its first bytes, before it is opened as an archive. */
import { type FileHandle, open } from 'node:fs/promises'
import { OperatorError } from '../../../core/errors.ts'
import { foreignFormat } from '../../files/signature.ts'

/** Every .xlsx is a zip archive. */
const ARCHIVE = Buffer.from('PK')
/** Office stores what is old, or protected, in another container. */
const COMPOUND_FILE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0])
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le')
const HEAD = 512
const PIECE = 64 * 1024

/** @throws OperatorError when the file does not begin like a workbook, with what it is */
export async function refuseForeign(path: string, name: string): Promise<void> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    const head = buffer.subarray(0, bytesRead)
    if (head.subarray(0, ARCHIVE.length).equals(ARCHIVE)) return
    if (!head.subarray(0, COMPOUND_FILE.length).equals(COMPOUND_FILE)) throw foreignFile(name, head)
    throw (await isProtected(file)) ? protectedFile(name) : oldFile(name)
  } finally {
    await file.close()
  }
}

async function isProtected(file: FileHandle): Promise<boolean> {
  let seen: Buffer = Buffer.alloc(0)
  for await (const piece of file.createReadStream({ start: 0, highWaterMark: PIECE, autoClose: false })) {
    seen = Buffer.concat([seen.subarray(-ENCRYPTED.length), piece as Buffer])
    if (seen.includes(ENCRYPTED)) return true
  }
  return false
}

function foreignFile(name: string, head: Buffer): OperatorError {
  const what =
    head.length === 0 ? 'empty' : (foreignFormat(head, 'CSV') ?? 'a text, or something else that is no archive')
  return new OperatorError('xlsx-format', `${name} is no workbook of the kind .xlsx: it is ${what}`, {
    hint: 'Save it as "Excel workbook (.xlsx)"; renaming a file does not convert it. A text is read by `csv`.',
  })
}

function protectedFile(name: string): OperatorError {
  return new OperatorError('xlsx-protected', `${name} is protected with a password`, {
    hint: 'Deliver it without one; to keep it secret on its way, encrypt it with PGP or send it by SFTP.',
  })
}

function oldFile(name: string): OperatorError {
  return new OperatorError('xlsx-format', `${name} is an old Excel workbook (.xls) or another Office document`, {
    hint: 'Save it as "Excel workbook (.xlsx)", or deliver a CSV.',
  })
}
