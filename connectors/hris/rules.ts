/** Options and preset together, checked: how this export is to be understood. */
import { DateTime } from 'luxon'
import { ConfigError, OperatorError } from '../../core/errors.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { createDayReader, type DayReader } from './day.ts'
import { checkLocation } from '../files/places/open.ts'
import type { HrisOptions } from './options.ts'
import { COLUMN_ROLES, type ColumnRole, presetOf, type Standing } from './presets.ts'

export interface Rules {
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>> & { readonly id: string }
  /** Undefined: dates must be real dates of a workbook. */
  readonly dateFormat: string | undefined
  readonly readDay: DayReader
  /** Texts that stand for no date. */
  readonly noDate: ReadonlySet<string>
  /** The same as days, for real dates of a workbook. */
  readonly noDays: ReadonlySet<string>
  readonly endDate: 'last-day' | 'first-day-off'
  /** By text in lower case. */
  readonly statuses: ReadonlyMap<string, Standing>
  /** In lower case; undefined when contractors belong to the set. */
  readonly leftOutTypes: ReadonlySet<string> | undefined
  readonly assignments: HrisOptions['assignments']
}

/** What can be told before the file is seen. @throws ConfigError */
export function validateHris(options: HrisOptions): void {
  checkLocation(options)
  const { dateFormat, columns = {}, contractors, contractorTypes, assignments } = options
  const preset = presetOf(options.preset)
  if (columns.id === undefined && preset === undefined) {
    throw mistake('`columns.id` is missing: nothing says which column holds the person')
  }
  if (dateFormat !== undefined && !givesDay(dateFormat)) {
    throw mistake(`dateFormat "${dateFormat}" does not give year, month and day`, "Use luxon's tokens: dd.MM.yyyy.")
  }
  const hasDates = columns.start !== undefined || columns.end !== undefined
  if (dateFormat === undefined && preset === undefined && hasDates && formatOf(options) === 'csv') {
    throw mistake('`dateFormat` is missing: 03/04/2026 is two dates', 'Write it as in dd.MM.yyyy or MM/dd/yyyy.')
  }
  if (columns.status !== undefined && options.statuses === undefined && preset === undefined) {
    throw mistake('`statuses` is missing: nothing says what the texts of the status column mean')
  }
  if (contractors === 'exclude' && contractorTypes.length === 0) {
    throw mistake('`contractorTypes` is empty: nothing says which types are contractors')
  }
  if (assignments === 'primary' && columns.primary === undefined) {
    throw mistake('`columns.primary` is missing: nothing marks the main row of a person')
  }
}

export function formatOf({ format, path }: Pick<HrisOptions, 'format' | 'path'>): 'csv' | 'xlsx' {
  return format ?? (/\.xls[xm](\.(gz|pgp|gpg|zip))*$/i.test(path) ? 'xlsx' : 'csv')
}

/**
 * The rules for an export with these columns.
 * @throws OperatorError `hris-columns` when it lacks one that is needed
 */
export function rulesFor(options: HrisOptions, names: readonly string[]): Rules {
  const preset = presetOf(options.preset)
  const columns: Partial<Record<ColumnRole, string>> = {}
  for (const role of COLUMN_ROLES) {
    const found = columnFor(role, { options, names })
    if (found !== undefined) columns[role] = found
  }
  const { id } = columns
  if (id === undefined) throw missing('id', preset?.columns.id ?? [], names)
  if (columns.end === undefined && columns.status === undefined) {
    throw missing('end', preset?.columns.end ?? [], names)
  }
  const leaveOut = options.contractors === 'exclude'
  if (leaveOut && columns.type === undefined) throw missing('type', preset?.columns.type ?? [], names)
  const dateFormat = options.dateFormat ?? preset?.dateFormat
  const readDay = createDayReader(dateFormat, formatOf(options) === 'xlsx')
  const noDate = options.noDate.map((text) => text.trim())
  return {
    columns: { ...columns, id },
    dateFormat,
    readDay,
    noDate: new Set(noDate),
    noDays: new Set(noDate.map(readDay).filter((day) => day !== undefined)),
    endDate: options.endDate ?? preset?.endDate ?? 'last-day',
    statuses: lowerKeys({ ...preset?.statuses, ...options.statuses }),
    leftOutTypes: leaveOut ? new Set(options.contractorTypes.map((text) => text.trim().toLowerCase())) : undefined,
    assignments: options.assignments,
  }
}

interface Export {
  readonly options: HrisOptions
  readonly names: readonly string[]
}

function columnFor(role: ColumnRole, { options, names }: Export): string | undefined {
  const own = options.columns?.[role]
  if (own === undefined) return presetOf(options.preset)?.columns[role].find((name) => names.includes(name))
  if (names.includes(own)) return own
  throw missing(role, [own], names)
}

function missing(role: ColumnRole, wanted: readonly string[], names: readonly string[]): OperatorError {
  const [name] = wanted
  const nearest = name === undefined ? undefined : nearestName(name, names)
  const what = name === undefined ? `no column for \`columns.${role}\`` : `no column "${name}" (columns.${role})`
  const hint =
    nearest === undefined
      ? `Set \`columns.${role}\`. The export has: ${names.join(', ')}.`
      : `Did you mean "${nearest}"?`
  return new OperatorError('hris-columns', `the export has ${what}`, { hint })
}

function lowerKeys(texts: Readonly<Record<string, Standing>>): ReadonlyMap<string, Standing> {
  return new Map(Object.entries(texts).map(([text, standing]) => [text.trim().toLowerCase(), standing]))
}

/** Capital D and Y are what other programs write for day and year; luxon takes `DD` for a date in words. */
function givesDay(format: string): boolean {
  if (/[DY]/.test(format.replace(/'[^']*'/g, ''))) return false
  const { tokens } = DateTime.fromFormatExplain('', format, { locale: 'en' })
  const letters = new Set(tokens.filter(({ literal }) => !literal).map(({ val }) => val.charAt(0)))
  return letters.has('y') && (letters.has('M') || letters.has('L')) && letters.has('d')
}

function mistake(message: string, hint?: string): ConfigError {
  return new ConfigError('hris-options', `hris: ${message}`, hint === undefined ? {} : { hint })
}
