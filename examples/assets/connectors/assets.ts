import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ConfigError, defineConnector, OperatorError, type Row } from 'vanta-sync'

const FIELDS = ['device', 'hostname', 'model', 'site', 'ports', 'firmware', 'supported', 'seen']
const REQUIRED = ['device', 'hostname']

/**
 * Devices of the network, as the night job of the core switch writes them: paragraphs of `name value` lines, and at the
 * end `# 14 devices`. That last line is the proof that the list is whole: one that was cut off lacks it.
 */
export default defineConnector({
  apiVersion: 1,
  name: 'network-assets',
  options: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'The list.', examples: ['./network-devices.txt'] },
    },
    required: ['path'],
  },

  async check({ options }) {
    const { size } = await stateOf(options.path)
    return `a list of ${size} bytes`
  },

  async *read({ options, signal, columns, progress }) {
    const before = await stateOf(options.path)
    columns(FIELDS)
    let rows = 0
    let stated: number | undefined
    for await (const paragraph of paragraphs(options.path, signal)) {
      if (stated !== undefined) throw behindTheEnd(paragraph)
      stated = statedCount(paragraph)
      if (stated !== undefined || isComment(paragraph)) continue
      yield toRow(paragraph)
      rows++
      progress(rows)
    }
    const asOf = before.mtime
    const after = await stateOf(options.path)
    if (after.mtimeMs !== before.mtimeMs || after.size !== before.size)
      return { complete: false, rows, asOf, evidence: 'the list changed while it was read' }
    if (stated !== rows) return { complete: false, rows, asOf, evidence: doubt(stated, rows) }
    return { complete: true, rows, asOf, evidence: `the last line says ${stated} devices` }
  },
})

interface Paragraph {
  /** Where it begins, from 1. */
  readonly line: number
  readonly lines: readonly string[]
}

async function stateOf(path: string): Promise<{ size: number; mtime: Date; mtimeMs: number }> {
  try {
    return await stat(path)
  } catch (cause) {
    throw new ConfigError('assets-missing', `${path} cannot be read`, { hint: 'Check `path`, and its rights.', cause })
  }
}

async function* paragraphs(path: string, signal: AbortSignal): AsyncGenerator<Paragraph, void, void> {
  let number = 0
  let lines: string[] = []
  for await (const line of linesOf(path, signal)) {
    number++
    if (line.trim() !== '') lines.push(line)
    else if (lines.length > 0) {
      yield { line: number - lines.length, lines }
      lines = []
    }
  }
  if (lines.length > 0) yield { line: number - lines.length + 1, lines }
}

/** The loop closes the file, however it ends; the signal is asked at each line. */
async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
  let rest = ''
  for await (const piece of createReadStream(path, { encoding: 'utf8' })) {
    const lines = (rest + piece).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      signal.throwIfAborted()
      yield line
    }
  }
  if (rest !== '') yield rest
}

function isComment({ lines }: Paragraph): boolean {
  return lines.every((line) => line.startsWith('#'))
}

/** What the last line says; undefined for every other paragraph. */
function statedCount({ lines }: Paragraph): number | undefined {
  const [, count] = /^# (\d+) devices$/.exec(lines.length === 1 ? (lines[0] ?? '') : '') ?? []
  return count === undefined ? undefined : Number(count)
}

function doubt(stated: number | undefined, rows: number): string {
  return stated === undefined ? 'the list lacks its last line' : `the last line says ${stated} devices, read ${rows}`
}

function behindTheEnd({ line }: Paragraph): OperatorError {
  return new OperatorError('assets-end', `line ${line} stands behind the end of the list`)
}

function toRow({ line, lines }: Paragraph): Row {
  const fields: Record<string, string> = {}
  for (const text of lines) {
    const [, name = '', value = ''] = /^(\S+)\s+(.*)$/.exec(text) ?? []
    if (!FIELDS.includes(name))
      throw new OperatorError('assets-field', `the device at line ${line} has an unknown field`)
    fields[name] = value.trim()
  }
  const missing = REQUIRED.filter((name) => !fields[name])
  if (missing.length > 0)
    throw new OperatorError('assets-incomplete', `the device at line ${line} lacks ${missing.join(' and ')}`)
  return { at: `line ${line}`, fields }
}
