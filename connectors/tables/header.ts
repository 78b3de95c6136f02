import { OperatorError } from '../../core/errors.ts'

/**
 * Column names from the header's cells, trimmed.
 * @throws OperatorError `bad-header`, naming every cell that cannot be a name
 */
export function readHeader(cells: readonly string[], at: string): readonly string[] {
  const names = cells.map((cell) => cell.trim())
  const faults: string[] = []
  const first = new Map<string, number>()
  for (const [i, name] of names.entries()) {
    const column = sayColumn(i)
    const before = first.get(name)
    if (name === '') faults.push(`column ${column} has no name`)
    else if (name === '__proto__') faults.push(`column ${column} is named __proto__, which no column may be`)
    else if (before !== undefined) faults.push(`column ${column} is named "${name}" like column ${sayColumn(before)}`)
    else first.set(name, i)
  }
  if (faults.length === 0) return names
  throw new OperatorError('bad-header', `the header at ${at} cannot be used: ${faults.join('; ')}`, {
    hint: 'Whoever makes the export must give every column a name of its own.',
  })
}

/** `3 (C)`: by number, and by the letter that a spreadsheet shows. */
function sayColumn(index: number): string {
  let letters = ''
  for (let n = index; n >= 0; n = Math.floor(n / 26) - 1) letters = String.fromCharCode(65 + (n % 26)) + letters
  return `${index + 1} (${letters})`
}
