/**
 * What exports of certain products look like. An entry needs a public sample or documentation of the very export, cited
 * here and tested with it: an invented header is a wrong leaver date.
 */
export interface Preset {
  /** Where anybody can look it up. */
  readonly source: string
  /** Candidates for each column, the first that the export has wins. */
  readonly columns: Readonly<Record<ColumnRole, readonly string[]>>
  /** In luxon's tokens. */
  readonly dateFormat: string
  readonly endDate: 'last-day' | 'first-day-off'
  /** What the status column says, by its text. */
  readonly statuses: Readonly<Record<string, Standing>>
}

/** What a column says of a person's employment. */
export const COLUMN_ROLES = ['id', 'start', 'end', 'status', 'type', 'primary'] as const

export type ColumnRole = (typeof COLUMN_ROLES)[number]

/** What a status means, where no date decides. */
export type Standing = 'employed' | 'left'

export const PRESETS = {
  /**
   * Data Export of the DocType Employee, as CSV or Excel, in English. Labels and the four statuses:
   * erpnext/setup/doctype/employee/employee.json; header `ID` and plain ISO dates: frappe/core/doctype/data_import/exporter.py.
   */
  erpnext: {
    source: 'https://github.com/frappe/erpnext/blob/develop/erpnext/setup/doctype/employee/employee.json',
    columns: {
      id: ['ID', 'Employee Number'],
      start: ['Date of Joining'],
      end: ['Relieving Date'],
      status: ['Status'],
      type: ['Employment Type'],
      primary: [],
    },
    dateFormat: 'yyyy-MM-dd',
    endDate: 'last-day',
    statuses: { Active: 'employed', Suspended: 'employed', Inactive: 'left', Left: 'left' },
  },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof PRESETS

export const PRESET_NAMES = ['erpnext'] as const satisfies readonly PresetName[]

export function presetOf(name: PresetName | undefined): Preset | undefined {
  return name === undefined ? undefined : PRESETS[name]
}
