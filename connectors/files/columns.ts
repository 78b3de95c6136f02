/** Columns that one header has and the other lacks, as evidence; undefined when they are the same set. */
export function differentColumns(names: readonly string[], others: readonly string[]): string | undefined {
  const here = new Set(names)
  const there = new Set(others)
  const missing = others.filter((name) => !here.has(name))
  const extra = names.filter((name) => !there.has(name))
  const parts: string[] = []
  if (missing.length > 0) parts.push(`lacks ${missing.join(', ')}`)
  if (extra.length > 0) parts.push(`has ${extra.join(', ')} besides`)
  return parts.length === 0 ? undefined : parts.join(' and ')
}
