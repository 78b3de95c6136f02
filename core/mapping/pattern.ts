/**
 * Patterns of `matches()`, as a program for `pattern-match.ts`. JavaScript's own engine backtracks: a short pattern such
 * as `^(a+)+$` takes it minutes on a short text. CEL promises the syntax of RE2, which never does; this is the part of it
 * that tells yes from no.
 */

export type Instruction =
  | { readonly op: 'char'; readonly test: (char: string) => boolean }
  | { readonly op: 'split'; readonly next: readonly number[] }
  | { readonly op: 'assert'; readonly kind: '^' | '$' | 'b' | 'B' }
  | { readonly op: 'match' }

export type Program = readonly Instruction[]

type Node =
  | { readonly kind: 'char'; readonly test: (char: string) => boolean }
  | { readonly kind: 'assert'; readonly assert: '^' | '$' | 'b' | 'B' }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'any'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number }

interface Reader {
  readonly source: string
  at: number
  readonly flags: string
  depth: number
}

/** Matching takes (length of the text × instructions) steps, so this is what bounds it. */
const MOST_INSTRUCTIONS = 1000
const DEEPEST = 50

/** @throws SyntaxError, with a sentence's end, for what is no pattern or is beyond what this engine can */
export function compilePattern(pattern: string): Program {
  const ignoreCase = pattern.startsWith('(?i)')
  const reader: Reader = { source: pattern, at: ignoreCase ? 4 : 0, flags: ignoreCase ? 'ui' : 'u', depth: 0 }
  const node = readAlternatives(reader)
  if (reader.at < pattern.length) throw new SyntaxError(`has a ) at character ${reader.at + 1} that nothing opened`)
  const program: Instruction[] = []
  emit(node, program)
  add(program, { op: 'match' })
  return program
}

function readAlternatives(reader: Reader): Node {
  const parts = [readSequence(reader)]
  while (reader.source[reader.at] === '|') {
    reader.at++
    parts.push(readSequence(reader))
  }
  return { kind: 'any', parts }
}

function readSequence(reader: Reader): Node {
  const parts: Node[] = []
  while (reader.at < reader.source.length && !'|)'.includes(reader.source.charAt(reader.at))) {
    parts.push(readRepeats(reader, readAtom(reader)))
  }
  return { kind: 'all', parts }
}

function readRepeats(reader: Reader, part: Node): Node {
  const match = /^(?:[*+?]|\{(\d{1,4})(,(\d{0,4}))?\})\??/.exec(reader.source.slice(reader.at, reader.at + 16))
  if (match === null) return part
  reader.at += match[0].length
  if ('*+?{'.includes(reader.source.charAt(reader.at)) && reader.at < reader.source.length) {
    throw new SyntaxError(`repeats a repetition at character ${reader.at + 1}; group it with ( )`)
  }
  const { min, max } = boundsOf(match)
  if (min > max) throw new SyntaxError(`has a repetition {${min},${max}} whose bounds are in the wrong order`)
  return { kind: 'repeat', part, min, max }
}

function boundsOf(match: RegExpExecArray): { min: number; max: number } {
  const sign = match[0].charAt(0)
  if (sign === '*') return { min: 0, max: Number.POSITIVE_INFINITY }
  if (sign === '+') return { min: 1, max: Number.POSITIVE_INFINITY }
  if (sign === '?') return { min: 0, max: 1 }
  const min = Number(match[1])
  if (match[2] === undefined) return { min, max: min }
  return { min, max: match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]) }
}

function readAtom(reader: Reader): Node {
  const char = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0)
  if (char === '(') return readGroup(reader)
  if (char === '[') return charTest(reader, classEnd(reader))
  if (char === '\\') return readEscape(reader)
  if ('*+?'.includes(char)) throw new SyntaxError(`has a ${char} at character ${reader.at + 1} with nothing to repeat`)
  if (char === '^' || char === '$') {
    reader.at++
    return { kind: 'assert', assert: char }
  }
  if (char === '.') return charTest(reader, reader.at + 1)
  reader.at += char.length
  return literal(char, reader.flags)
}

function readGroup(reader: Reader): Node {
  const start = reader.at
  reader.at += reader.source.startsWith('(?:', start) ? 3 : 1
  if (reader.source[reader.at] === '?')
    throw new SyntaxError(`has a group at character ${start + 1} that CEL does not know; ( ) and (?: ) are`)
  if (++reader.depth > DEEPEST) throw new SyntaxError(`nests more than ${DEEPEST} groups`)
  const node = readAlternatives(reader)
  if (reader.source[reader.at] !== ')') throw new SyntaxError(`has a ( at character ${start + 1} that nothing closes`)
  reader.at++
  reader.depth--
  return node
}

function classEnd(reader: Reader): number {
  let at = reader.at + 1
  if (reader.source[at] === '^') at++
  for (; at < reader.source.length; at++) {
    if (reader.source[at] === '\\') at++
    else if (reader.source[at] === ']') return at + 1
  }
  throw new SyntaxError(`has a [ at character ${reader.at + 1} that nothing closes`)
}

const ESCAPES = /^\\(?:[pP]\{[^}]{1,40}\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|[dDwWsStnrfv])/u

function readEscape(reader: Reader): Node {
  const next = reader.source[reader.at + 1]
  if (next === 'b' || next === 'B') {
    reader.at += 2
    return { kind: 'assert', assert: next }
  }
  const escaped = String.fromCodePoint(reader.source.codePointAt(reader.at + 1) ?? 0)
  if (/^[^a-zA-Z0-9\0]$/u.test(escaped)) {
    reader.at += 1 + escaped.length
    return literal(escaped, reader.flags)
  }
  const match = ESCAPES.exec(reader.source.slice(reader.at))
  if (match === null) throw new SyntaxError(`has an escape at character ${reader.at + 1} that CEL does not know`)
  return charTest(reader, reader.at + match[0].length)
}

function literal(char: string, flags: string): Node {
  if (!flags.includes('i')) return { kind: 'char', test: (other) => other === char }
  const lower = char.toLowerCase()
  return { kind: 'char', test: (other) => other.toLowerCase() === lower }
}

/** A class or an escape. JavaScript's engine judges it: on one character it cannot backtrack. */
function charTest(reader: Reader, end: number): Node {
  const start = reader.at
  reader.at = end
  // RE2 lets any sign be escaped; the u flag only those that mean something.
  const atom = reader.source.slice(start, end).replaceAll(/\\([^a-zA-Z0-9^$\\.*+?()[\]{}|/-])/gu, '$1')
  try {
    const regex = new RegExp(`^${atom}$`, reader.flags)
    return { kind: 'char', test: (char) => regex.test(char) }
  } catch {
    throw new SyntaxError(`cannot be read at character ${start + 1}`)
  }
}

function emit(node: Node, program: Instruction[]): void {
  if (node.kind === 'char') add(program, { op: 'char', test: node.test })
  else if (node.kind === 'assert') add(program, { op: 'assert', kind: node.assert })
  else if (node.kind === 'all') for (const part of node.parts) emit(part, program)
  else if (node.kind === 'any') emitAny(node.parts, program)
  else emitRepeat(node, program)
}

function emitAny(parts: readonly Node[], program: Instruction[]): void {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return emit(only, program)
  const starts: number[] = []
  const ends: number[][] = []
  add(program, { op: 'split', next: starts })
  for (const part of parts) {
    starts.push(program.length)
    emit(part, program)
    const end: number[] = []
    ends.push(end)
    add(program, { op: 'split', next: end })
  }
  for (const end of ends) end.push(program.length)
}

function emitRepeat(node: { part: Node; min: number; max: number }, program: Instruction[]): void {
  for (let i = 0; i < node.min; i++) emit(node.part, program)
  if (node.max === Number.POSITIVE_INFINITY) return emitLoop(node.part, program)
  const skips: number[][] = []
  for (let i = node.min; i < node.max; i++) {
    const next: number[] = [program.length + 1]
    skips.push(next)
    add(program, { op: 'split', next })
    emit(node.part, program)
  }
  for (const next of skips) next.push(program.length)
}

function emitLoop(part: Node, program: Instruction[]): void {
  const start = program.length
  const next: number[] = [start + 1]
  add(program, { op: 'split', next })
  emit(part, program)
  add(program, { op: 'split', next: [start] })
  next.push(program.length)
}

function add(program: Instruction[], instruction: Instruction): void {
  if (program.length >= MOST_INSTRUCTIONS) throw new SyntaxError('is too large; repeat less, or split it in two')
  program.push(instruction)
}
