/** The Link header (RFC 8288), as far as paging needs it. */

const LINK = /<([^>]*)>((?:\s*;\s*[\w!#$%&'*+.^`|~-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]+))?)*)\s*(?:,|$)/g
const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))/g

/** Targets whose relation is `next`, as written; links of something else than the page itself do not count. */
export function nextLinks(header: string | null): readonly string[] {
  const targets: string[] = []
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    const rel = parameterOf(parameters, 'rel')?.toLowerCase().split(/\s+/) ?? []
    if (rel.includes('next') && parameterOf(parameters, 'anchor') === undefined) targets.push(target)
  }
  return [...new Set(targets)]
}

/** The first of that name counts, as the standard has it. */
function parameterOf(parameters: string, wanted: string): string | undefined {
  for (const [, name = '', quoted, token] of parameters.matchAll(PARAMETER)) {
    if (name.toLowerCase() === wanted) return quoted ?? token
  }
  return undefined
}
