import type { Row, RowProblem } from '../../core/connector.ts'
import { dayAfter } from './day.ts'
import type { Assignment } from './employment.ts'
import type { Standing } from './presets.ts'
import type { Rules } from './rules.ts'

/** What a row of the export says of an employment. */
export function readAssignment(row: Row, rules: Rules): Assignment {
  const problems: RowProblem[] = []
  const day = (role: 'start' | 'end'): string | undefined => {
    const name = rules.columns[role]
    const text = name === undefined ? '' : textOf(row, name)
    if (text === '' || rules.noDate.has(text)) return undefined
    const found = rules.readDay(text)
    if (found !== undefined && rules.noDays.has(found)) return undefined
    if (found === undefined) problems.push(unreadable(name ?? role, row, { text, format: rules.dateFormat }))
    return found
  }
  if (isRounded(textOf(row, rules.columns.id))) problems.push(roundedId(rules.columns.id, row))
  const start = day('start')
  const end = day('end')
  const standing = standingOf(row, rules, problems)
  const lastDay = end !== undefined && rules.endDate === 'first-day-off' ? dayAfter(end, -1) : end
  return { at: row.at, start, end: lastDay, standing, isPrimary: isMarked(row, rules), problems }
}

/** `1.23E+11`: a spreadsheet has written it so, and other ids with it. Whose row it is nobody can tell any more. */
export function isRounded(id: string): boolean {
  return /^\d(?:[.,]\d+)?E\+\d+$/i.test(id)
}

function roundedId(column: string, { at }: Row): RowProblem {
  const message = `${column} is a number in scientific notation, whose digits are lost (${at}); expected an id: format the column as text and export it again`
  return { field: 'status', message }
}

function standingOf(row: Row, { columns, statuses }: Rules, problems: RowProblem[]): Standing | undefined {
  if (columns.status === undefined) return undefined
  const text = textOf(row, columns.status)
  if (text === '') return undefined
  const standing = statuses.get(text.toLowerCase())
  if (standing === undefined) {
    const known = [...statuses.keys()].join(', ')
    const message = `${columns.status} has a text that \`statuses\` does not list (${row.at}); expected one of: ${known}`
    problems.push({ field: 'status', message })
  }
  return standing
}

function isMarked(row: Row, { columns }: Rules): boolean {
  return columns.primary !== undefined && /^(yes|y|true|1|x|ja|oui|si|sí)$/i.test(textOf(row, columns.primary))
}

function unreadable(
  column: string,
  { at }: Row,
  { text, format }: { text: string; format: string | undefined },
): RowProblem {
  const expected = format === undefined ? 'a real date of the workbook; set `dateFormat` for dates in text' : format
  const message = `${column} is a text of ${text.length} characters that is no date (${at}); expected ${expected}`
  return { field: 'status', message }
}

export function textOf({ fields }: Row, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value.trim() : ''
}
