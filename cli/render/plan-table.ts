/** A plan as Markdown for a pull request, or as CSV for a spreadsheet. */
import type { ItemDocument, RunDocument } from '../../core/run/document.ts'

export type PlanFormat = 'text' | 'markdown' | 'csv'

export function planMarkdown(document: RunDocument): string {
  const lines = ['| resource | change | id | field | from | to |', '| --- | --- | --- | --- | --- | --- |']
  for (const row of rows(document)) lines.push(`| ${row.map(markdownCell).join(' | ')} |`)
  for (const { name, hold, changedSince } of document.resources) {
    if (changedSince !== undefined)
      lines.push('', `${markdownCell(name)}: changed since run ${changedSince.run}: ${changedSince.what.join(', ')}`)
    for (const reason of hold?.reasons ?? [])
      lines.push('', `**${markdownCell(name)} held by ${reason.rule}**: ${markdownCell(reason.message)}`)
  }
  return `${lines.join('\n')}\n\nPlan ${document.planHash ?? ''}: ${document.outcome}\n`
}

export function planCsv(document: RunDocument): string {
  const lines = ['resource,change,id,field,from,to']
  for (const row of rows(document)) lines.push(row.map(csvCell).join(','))
  return `${lines.join('\r\n')}\r\n`
}

function rows(document: RunDocument): string[][] {
  return document.resources.flatMap(({ name, items = [] }) => items.flatMap((item) => itemRows(name, item)))
}

function itemRows(resource: string, { change, uniqueId, fields }: ItemDocument): string[][] {
  if (fields === undefined) return [[resource, change, uniqueId, '', '', '']]
  return fields.map(({ name, from, to }) => [
    resource,
    change,
    uniqueId,
    name,
    JSON.stringify(from),
    JSON.stringify(to),
  ])
}

function markdownCell(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('<', '&lt;')
}

/** A leading `=`, `+`, `-` or `@` would be run by a spreadsheet as a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
