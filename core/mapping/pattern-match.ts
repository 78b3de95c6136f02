/** Runs a pattern's program over a text: all ways through it at once, so that time is text × program and never more. */
import type { Instruction, Program } from './pattern.ts'

/** Whether the pattern matches anywhere in the text. */
export function matchesPattern(program: Program, text: string): boolean {
  const chars = Array.from(text)
  const seen = new Int32Array(program.length).fill(-1)
  let waiting: number[] = []
  for (let at = 0; at <= chars.length; at++) {
    const threads = advance({ program, chars, at, seen }, [0, ...waiting])
    if (threads === 'match') return true
    const char = chars[at]
    if (char === undefined) return false
    waiting = []
    for (const thread of threads) {
      const instruction = program[thread]
      if (instruction?.op === 'char' && instruction.test(char)) waiting.push(thread + 1)
    }
  }
  return false
}

interface Position {
  readonly program: Program
  readonly chars: readonly string[]
  readonly at: number
  /** The position at which each instruction was last visited: none is visited twice at one. */
  readonly seen: Int32Array
}

/** Follows splits and assertions until every thread waits for a character; 'match' when one has arrived. */
function advance(position: Position, starts: readonly number[]): readonly number[] | 'match' {
  const pending = [...starts]
  const threads: number[] = []
  for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
    const instruction = position.program[thread]
    if (instruction === undefined || position.seen[thread] === position.at) continue
    position.seen[thread] = position.at
    if (instruction.op === 'match') return 'match'
    if (instruction.op === 'char') threads.push(thread)
    else pending.push(...nextOf(instruction, thread, position))
  }
  return threads
}

function nextOf(instruction: Instruction, thread: number, position: Position): readonly number[] {
  if (instruction.op === 'split') return instruction.next
  if (instruction.op === 'assert') return holds(instruction.kind, position) ? [thread + 1] : []
  return []
}

function holds(kind: '^' | '$' | 'b' | 'B', position: Position): boolean {
  if (kind === '^') return position.at === 0
  if (kind === '$') return position.at === position.chars.length
  const isBoundary = isWord(position.chars[position.at - 1]) !== isWord(position.chars[position.at])
  return kind === 'b' ? isBoundary : !isBoundary
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /^\w$/.test(char)
}
