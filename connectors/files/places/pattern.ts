/** One part of a path, between two separators, as a pattern: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`. */
export function segmentPattern(segment: string): RegExp {
  let source = ''
  for (let i = 0; i < segment.length; i++) {
    const char = segment.charAt(i)
    const end = char === '[' ? classEnd(segment, i) : -1
    if (end !== -1) {
      source += classSource(segment.slice(i + 1, end))
      i = end
    } else if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else source += escapeText(char)
  }
  return new RegExp(`^${source}$`, 's')
}

export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text)
}

/** The text as a pattern that matches only itself. */
export function literalPattern(text: string): string {
  return text.replace(/[*?[]/g, '[$&]')
}

/** Where the class that opens at `start` closes; -1 when it does not, and the bracket is a plain one. */
function classEnd(segment: string, start: number): number {
  const negated = segment[start + 1] === '!' || segment[start + 1] === '^'
  // A bracket in the first place belongs to the class: `[]]`.
  return segment.indexOf(']', start + (negated ? 3 : 2))
}

function classSource(inside: string): string {
  const negated = inside.startsWith('!') || inside.startsWith('^')
  const members = (negated ? inside.slice(1) : inside).replace(/[\\\]^[]/g, '\\$&')
  try {
    return new RegExp(`[${negated ? '^' : ''}${members}]`).source
  } catch {
    // A range that runs backwards, such as `[z-a]`, matches nothing in a shell.
    return '(?!)'
  }
}

function escapeText(char: string): string {
  return char.replace(/[\\^$.|+(){}\]/[-]/, '\\$&')
}
