/** The Link header (RFC 8288), as far as paging needs it. */

const TARGET = /[\s,]*<([^>]*)>/y
/** The blanks before a parameter belong to it alone, so that a hostile header cannot be read in many ways. */
const PARAMETER = /\s*;\s*(?:([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+)))?)?/y
const REST = /[\s,]*$/y
const SEPARATOR = /\s*(?:,|$)/y

/**
 * Targets whose relation is `next`, as written; links of something else than the page itself do not count.
 * @returns undefined when a part of the header cannot be read: the link that matters may be in it
 */
export function nextLinks(header: string | null): readonly string[] | undefined {
  const text = header ?? ''
  const targets = new Set<string>()
  let at = 0
  while (matchAt(REST, text, at) === undefined) {
    const target = matchAt(TARGET, text, at)
    if (target === undefined) return undefined
    const { parameters, end } = readParameters(text, at + target[0].length)
    if (matchAt(SEPARATOR, text, end) === undefined) return undefined
    if (isNext(parameters)) targets.add(target[1] ?? '')
    at = end
  }
  return [...targets]
}

type Parameters = ReadonlyMap<string, string>

function readParameters(text: string, start: number): { parameters: Parameters; end: number } {
  const parameters = new Map<string, string>()
  let at = start
  for (let found = matchAt(PARAMETER, text, at); found !== undefined; found = matchAt(PARAMETER, text, at)) {
    const [whole, name = '', quoted, token = ''] = found
    const key = name.toLowerCase()
    // The first of that name counts, as the standard has it. Single quotation marks are none, and yet are sent.
    if (!parameters.has(key)) parameters.set(key, quoted ?? token.replace(/^'(.*)'$/, '$1'))
    at += whole.length
  }
  return { parameters, end: at }
}

function isNext(parameters: Parameters): boolean {
  const relations = parameters.get('rel')?.toLowerCase().split(/\s+/) ?? []
  return relations.includes('next') && !parameters.has('anchor')
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
