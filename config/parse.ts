import {
  type Document,
  type ErrorCode,
  isCollection,
  isScalar,
  type LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import { sayKey } from './path.ts'
import type { Finding, Report } from './report.ts'
import { UNQUOTED_TEMPLATE, writtenOf } from './written-of.ts'
import type { Written } from './written.ts'
import { yamlSentence } from './yaml-errors.ts'

/** Deeper than any configuration goes; far deeper than this the parser itself gives up, and takes the process along. */
const MAX_BRACKETS = 200

/**
 * The text as what was written. Undefined when it is no YAML: then everything that is wrong with its syntax has been
 * reported, by line and column and without a snippet, since the line may hold what nobody should see.
 */
export function parseConfig(text: string, lines: LineCounter, report: Report): Written | undefined {
  if (bracketDepth(text) > MAX_BRACKETS) {
    report.add({ code: 'yaml', path: [], message: 'is nested too deeply' })
    return undefined
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: writtenAlike })
  const errors = [...document.errors, ...document.warnings]
  reportSyntax({ text, document }, errors, report)
  if (errors.some((error) => error.code !== 'DUPLICATE_KEY')) return undefined
  return rootOf(document, report)
}

function rootOf(document: Document.Parsed, report: Report): Written | undefined {
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    report.add({
      code: 'config-empty',
      path: [],
      message: 'says nothing',
      expected: 'applications, connectors and resources',
    })
    return undefined
  }
  return writtenOf(document, report)
}

/** `012` and `12` are one number and two keys. */
function writtenAlike(a: unknown, b: unknown): boolean {
  return a === b || (isScalar(a) && isScalar(b) && textOf(a) === textOf(b))
}

function textOf(scalar: { readonly value: unknown; readonly source?: string }): string {
  return scalar.source ?? String(scalar.value)
}

/**
 * After a mistake that breaks the structure the parser stumbles over lines that are good. Of what follows only
 * templates without quotes are told, which are mistakes wherever they stand.
 */
function reportSyntax(source: Source, errors: readonly YAMLError[], report: Report): void {
  const linesSaid = new Set<number>()
  let stumbling = false
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const template = templateWithoutQuotes(source.text, error)
    const finding = template ?? (stumbling ? undefined : syntaxFinding(source, error))
    stumbling ||= !HARMLESS.has(error.code)
    if (finding === undefined) continue
    const line = source.text.lastIndexOf('\n', finding.offset - 1)
    if (!linesSaid.has(line)) report.add(finding)
    linesSaid.add(line)
  }
}

interface Source {
  readonly text: string
  readonly document: Document.Parsed
}

type SyntaxFinding = Finding & { readonly offset: number }

/** The parser knows where a value with one of these ends, and goes on from there. */
const HARMLESS: ReadonlySet<ErrorCode> = new Set([
  'DUPLICATE_KEY',
  'TAG_RESOLVE_FAILED',
  'BAD_SCALAR_START',
  'BAD_DQ_ESCAPE',
  'BAD_DIRECTIVE',
])

function templateWithoutQuotes(text: string, error: YAMLError): SyntaxFinding | undefined {
  if (error.code === 'DUPLICATE_KEY') return undefined
  const start = text.lastIndexOf('\n', error.pos[0] - 1) + 1
  const end = text.indexOf('\n', start)
  const before = /^[^#"']*[:-]\s+(?=\{\{)/.exec(text.slice(start, end === -1 ? undefined : end))
  return before === null ? undefined : { ...UNQUOTED_TEMPLATE, path: [], offset: start + before[0].length }
}

function syntaxFinding({ text, document }: Source, error: YAMLError): SyntaxFinding {
  const offset = Math.min(error.pos[0], text.length)
  const open = unclosed(document, error)
  if (open !== undefined) {
    return {
      code: 'yaml',
      path: [],
      message: `the ${text[open] ?? 'bracket'} that stands here is not closed`,
      offset: open,
    }
  }
  const sentence = yamlSentence(error.code)
  if (error.code !== 'DUPLICATE_KEY') return { code: 'yaml', path: [], ...sentence, offset }
  const key = /^[\w.-]+/.exec(text.slice(offset, offset + 80))?.[0]
  const message = key === undefined ? sentence.message : `the key "${sayKey(key)}" stands here a second time`
  return { code: 'duplicate-key', path: [], message, expected: sentence.expected, offset }
}

/** The parser notices at the end what was never closed; the beginning is the place to mend. */
function unclosed(document: Document.Parsed, { message, pos: [end] }: YAMLError): number | undefined {
  const quote = message.startsWith('Missing closing')
  if (!quote && !message.startsWith('Flow ')) return undefined
  let open: number | undefined
  visit(document, {
    Node(_key, node) {
      const fits = quote ? isScalar(node) && node.type?.startsWith('QUOTE') : isCollection(node) && node.flow
      const range = node.range
      if (fits === true && range && range[0] < end && end <= range[2] + 1) open = range[0]
    },
  })
  return open
}

function bracketDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1)
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
