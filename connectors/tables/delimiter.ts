/** Each is one character; in the order in which people name them. */
const CANDIDATES = [',', ';', '\t', '|'] as const

/**
 * What stands between the cells of a table, judged by its beginning: the one candidate in the header, or, of several,
 * the one that every row has as often as the header.
 * @param whole whether `head` is the whole text; if not, its last row may be cut and is not counted
 * @returns the delimiter, a comma when the header is one cell; the candidates when it is not clear
 */
export function findDelimiter(head: string, quote: string | undefined, whole: boolean): string | readonly string[] {
  const counted = CANDIDATES.map((candidate) => ({ candidate, counts: countPerRow(head, candidate, quote, whole) }))
  const inHeader = counted.filter(({ counts }) => (counts[0] ?? 0) > 0)
  if (inHeader.length === 0) return ','
  const steady =
    inHeader.length === 1 ? inHeader : inHeader.filter(({ counts }) => counts.every((n) => n === counts[0]))
  const [only] = steady
  if (steady.length === 1 && only !== undefined) return only.candidate
  return (steady.length === 0 ? inHeader : steady).map(({ candidate }) => candidate)
}

/** Excel's own first line `sep=;`, which names the delimiter and belongs to no table. */
export function separatorLine(head: string): { delimiter: string; line: string } | undefined {
  const match = /^sep=([^\r\n])(\r\n|\r|\n)/iu.exec(head)
  return match === null ? undefined : { delimiter: match[1] ?? '', line: match[0] }
}

export function sayDelimiter(delimiter: string): string {
  const names: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' }
  return names[delimiter] ?? delimiter
}

/** How often the candidate stands outside quotes, row by row, blank lines left out. */
function countPerRow(text: string, candidate: string, quote: string | undefined, whole: boolean): readonly number[] {
  const counts: number[] = []
  let count = 0
  let rowStart = 0
  let cellStart = true
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (cellStart && quote !== undefined && char === quote) i = closingQuote(text, i, quote)
    cellStart = char === candidate
    if (char === candidate) count++
    if (char !== '\n' && char !== '\r') continue
    if (i > rowStart) counts.push(count)
    count = 0
    rowStart = i + 1
    cellStart = true
  }
  if (counts.length === 0 || (whole && rowStart < text.length)) counts.push(count)
  return counts
}

/** Index of the quote that closes the cell opened at `start`; a doubled one is a letter of the cell. */
function closingQuote(text: string, start: number, quote: string): number {
  let end = text.indexOf(quote, start + 1)
  while (end !== -1 && text[end + 1] === quote) end = text.indexOf(quote, end + 2)
  return end === -1 ? text.length : end
}
