/** Splits `Hello {{ name }}` into its text and its expressions. */

export type TemplatePart = { readonly text: string } | { readonly expression: string }

/**
 * The parts in order; undefined when there is no `{{`. Braces and quotes of an expression are its own:
 * `{{ {'a': '}}'}[x] }}` is one.
 */
export function splitTemplate(template: string): readonly TemplatePart[] | { readonly fault: string } | undefined {
  if (!template.includes('{{')) return undefined
  const parts: TemplatePart[] = []
  let at = 0
  for (let open = template.indexOf('{{'); open !== -1; open = template.indexOf('{{', at)) {
    if (open > at) parts.push({ text: template.slice(at, open) })
    const close = expressionEnd(template, open + 2)
    if (close === undefined)
      return { fault: `the {{ at character ${open + 1} is not closed by }}, or a quote within it is open` }
    const expression = template.slice(open + 2, close).trim()
    if (expression === '') return { fault: `the {{ }} at character ${open + 1} is empty` }
    parts.push({ expression })
    at = close + 2
  }
  if (at < template.length) parts.push({ text: template.slice(at) })
  return parts
}

/** Where the `}}` is that ends the expression. */
function expressionEnd(template: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < template.length; at++) {
    const char = template.charAt(at)
    if (char === "'" || char === '"') at = quoteEnd(template, at)
    else if (char === '{') depth++
    else if (char === '}' && depth === 0) return template[at + 1] === '}' ? at : undefined
    else if (char === '}') depth--
  }
  return undefined
}

function quoteEnd(template: string, start: number): number {
  const quote = template.charAt(start)
  for (let at = start + 1; at < template.length; at++) {
    if (template[at] === '\\') at++
    else if (template[at] === quote) return at
  }
  return template.length
}
