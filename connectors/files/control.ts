/** A side file that says what the data file should be: how many rows, or which SHA-256. */
import { extname } from 'node:path'
import { ConfigError, isSyncError, OperatorError } from '../../core/errors.ts'
import { createDecoder, detectEncoding } from './encoding.ts'
import type { FoundFile } from './find.ts'
import { literalPattern } from './places/pattern.ts'
import type { Place } from './places/place.ts'

export interface ControlSpec {
  /** Name or pattern, relative to the data file's folder; `{path}`, `{name}` and `{stem}` stand for the data file. */
  readonly file: string
  readonly holds: 'count' | 'sha256'
  /** What the count counts besides the rows: 1 for the header, 2 for header and trailer. */
  readonly extra: number
}

export type Control =
  | { readonly holds: 'count'; readonly name: string; readonly count: number }
  | { readonly holds: 'sha256'; readonly name: string; readonly sha256: string }

export interface ControlQuestion {
  readonly data: FoundFile
  readonly spec: ControlSpec
  readonly signal: AbortSignal
}

/** A control file has one line, or one a file: longer is no control file. */
const LONGEST = 1024 * 1024

/**
 * What the control file of `data` says; as text, why that could not be learnt, which makes the read incomplete.
 * @throws ConfigError when the pattern has an unknown placeholder; OperatorError when the file may not be read
 */
export async function readControl(place: Place, { data, spec, signal }: ControlQuestion): Promise<Control | string> {
  const base = place.nameOf(data.path)
  const pattern = controlPattern(place, data, spec.file)
  const { paths } = await place.find(pattern)
  const [path] = paths
  if (path === undefined) return `the control file of ${data.name} is not there (${place.nameOf(pattern)})`
  if (paths.length > 1) return `${paths.length} control files match for ${data.name}, and only one may`
  const text = await readText(place, path, signal)
  const name = place.nameOf(path)
  if (text === undefined) return `the control file of ${data.name} is not there (${name})`
  const about = { data, base, name }
  return spec.holds === 'count' ? countIn(text, about) : hashIn(text, about)
}

interface About {
  readonly data: FoundFile
  /** The data file's own name. */
  readonly base: string
  /** The control file's. */
  readonly name: string
}

/** Why the data is not what its control file says; undefined when it is. */
export function contradicts(
  control: Control,
  read: { rows: number; sha256: string },
  extra: number,
): string | undefined {
  if (control.holds === 'sha256') {
    return control.sha256 === read.sha256 ? undefined : `its SHA-256 is not the one in ${control.name}`
  }
  const expected = control.count - extra
  return expected === read.rows ? undefined : `${control.name} says ${expected} rows, read ${read.rows}`
}

function controlPattern(place: Place, data: FoundFile, template: string): string {
  const base = place.nameOf(data.path)
  const values: Readonly<Record<string, string>> = {
    path: data.path,
    name: base,
    stem: base.slice(0, base.length - extname(base).length),
  }
  const filled = template.replace(/\{(\w*)\}/g, (_, key: string) => {
    const value = values[key]
    if (value === undefined) throw unknownPlaceholder(key)
    return literalPattern(value)
  })
  return place.beside(literalPattern(data.path), filled)
}

/** Undefined when it is not there. */
async function readText(place: Place, path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await readWhole(place, path, signal)
  } catch (error) {
    if (isSyncError(error) && error.code === 'file-missing') return undefined
    if (isSyncError(error) && error.code.startsWith('file-is-')) throw noControlFile(place.say(path))
    throw error
  }
}

async function readWhole(place: Place, path: string, signal: AbortSignal): Promise<string> {
  const file = await place.open(path, signal)
  try {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of file.pieces(signal)) {
      size += piece.length
      if (size > LONGEST) throw noControlFile(place.say(path))
      pieces.push(piece)
    }
    return decode(Buffer.concat(pieces))
  } finally {
    await file.close()
  }
}

/** PowerShell writes UTF-16, most others ASCII. What is no valid text has no number either. */
function decode(bytes: Buffer): string {
  const { encoding, skip } = detectEncoding(bytes, undefined)
  const decoded = createDecoder(encoding, skip)(bytes.subarray(skip), true)
  return Buffer.isBuffer(decoded) ? decoded.toString('utf8') : bytes.toString('latin1')
}

/** A number after a word such as rows, or else the only number, the data file's own name aside. */
function countIn(text: string, { data, base, name }: About): Control | string {
  const rest = text.replaceAll(base, ' ')
  const named = [
    ...rest.matchAll(/\b(?:rows?|counts?|records?|lines?|total)\b["']?\s*[:=;,|]?\s*["']?(\d{1,15})(?![\d.,])/gi),
  ]
  const numbers =
    named.length > 0 ? named.map((match) => match[1]) : rest.match(/(?<![\w.,-])\d{1,15}(?![\w.,-]*\d)(?!\w)/g)
  const [only, ...more] = numbers ?? []
  if (only === undefined) return `the control file ${name} of ${data.name} holds no count`
  if (more.length > 0)
    return `the control file ${name} of ${data.name} holds ${more.length + 1} numbers, and only one may be the count`
  return { holds: 'count', name, count: Number(only) }
}

/** `<hash>  name`, `SHA256 (name) = <hash>`, or the hash alone; of several lines the one that names the data file. */
function hashIn(text: string, { data, base, name }: About): Control | string {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => /\b[0-9a-f]{64}\b/i.test(line))
  const own = lines.length === 1 ? lines : lines.filter((line) => names(line, base))
  const hash = own.length === 1 ? /\b[0-9a-f]{64}\b/i.exec(own[0] ?? '')?.[0] : undefined
  if (hash !== undefined) return { holds: 'sha256', name, sha256: hash.toLowerCase() }
  const found = lines.length === 0 ? 'no SHA-256' : `${lines.length} hashes and not exactly one for this file`
  return `the control file ${name} of ${data.name} holds ${found}`
}

function names(line: string, base: string): boolean {
  const written = /\(([^)]*)\)|[0-9a-f]{64}\s+\*?(.+)$/i.exec(line)
  const path = (written?.[1] ?? written?.[2] ?? '').trim().replaceAll('\\', '/')
  return path.slice(path.lastIndexOf('/') + 1) === base
}

function unknownPlaceholder(key: string): ConfigError {
  return new ConfigError('control-file', `control.file has an unknown placeholder {${key}}`, {
    hint: '{path} stands for the data file, {name} for its name, {stem} for its name without the extension.',
  })
}

function noControlFile(path: string): OperatorError {
  return new OperatorError('control-file', `${path} is no control file: it is not a regular file of at most 1 MiB`, {
    hint: 'Correct `control.file` in the configuration.',
  })
}
