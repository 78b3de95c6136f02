import type { Difference } from './compare.ts'

/** Each difference with its place, and below it what was expected and what came. */
export function sayDifferences(differences: readonly Difference[], unusedColumns: readonly string[]): string {
  const lines = differences.flatMap((difference) => [
    `${difference.at} ${difference.what}`,
    `  expected ${saySide(difference, 'expected')}`,
    `  actual   ${saySide(difference, 'actual')}`,
  ])
  if (unusedColumns.length > 0) lines.push(`columns of the rows that feed nothing: ${unusedColumns.join(', ')}`)
  return lines.join('\n')
}

/** A value as JSON, which tells text from a number. */
function saySide(difference: Difference, side: 'expected' | 'actual'): string {
  const value = difference[side]
  return difference.kind === 'field' ? JSON.stringify(value) : String(value)
}
