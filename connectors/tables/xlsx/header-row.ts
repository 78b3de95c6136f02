/** Which of a sheet's first rows names the columns: above it there may be a title, a date, a logo. */
import type { SheetRow } from './sheet.ts'

/** Rows that are looked at. */
export const LOOKED_AT = 30

/**
 * The first row that is filled nearly as widely as the widest. Undefined when its texts are not all different, or are
 * numbers or dates: a row below it that looks better may be the first person.
 */
export function findHeaderRow(rows: readonly SheetRow[]): number | undefined {
  const widest = Math.max(0, ...rows.map(filled))
  const needed = Math.max(1, Math.ceil(widest * 0.8))
  const first = rows.find((row) => filled(row) >= needed)
  return first !== undefined && looksLikeNames(first) ? first.line : undefined
}

function filled({ cells }: SheetRow): number {
  return cells.filter((text) => text.trim() !== '').length
}

function looksLikeNames({ cells }: SheetRow): boolean {
  const names = cells.map((text) => text.trim().toLowerCase()).filter(Boolean)
  return new Set(names).size === names.length && names.every((name) => /\p{L}/u.test(name) && !isDate(name))
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(t|$)/.test(text) || text === 'true' || text === 'false'
}
