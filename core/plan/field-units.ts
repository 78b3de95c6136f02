/** What several sources may each give of a record: its fields, and custom properties one by one. */
import { CUSTOM_PROPERTIES } from '../../schemas/form.ts'
import type { VantaRecord } from '../../schemas/resource-type.ts'

export type Units = ReadonlyMap<string, unknown>

/** Values by field, custom ones as `customProperties.name`; null and absent ones are not among them. */
export function unitsOf(record: VantaRecord): Units {
  const units = new Map<string, unknown>()
  for (const [name, value] of Object.entries(record)) {
    if (value === null || value === undefined) continue
    if (name !== CUSTOM_PROPERTIES || !isPlain(value)) units.set(name, value)
    else for (const [custom, of] of Object.entries(value)) setValue(units, `${CUSTOM_PROPERTIES}.${custom}`, of)
  }
  return units
}

function setValue(units: Map<string, unknown>, name: string, value: unknown): void {
  if (value !== null && value !== undefined) units.set(name, value)
}

export function recordOf(units: Units): VantaRecord {
  const record: Record<string, unknown> = {}
  const custom: Record<string, unknown> = {}
  const prefix = `${CUSTOM_PROPERTIES}.`
  for (const [name, value] of units) {
    if (name.startsWith(prefix)) custom[name.slice(prefix.length)] = value
    else record[name] = value
  }
  return Object.keys(custom).length === 0 ? record : { ...record, [CUSTOM_PROPERTIES]: custom }
}

/** The unit that a problem's field belongs to: `drives[0].name` to `drives`. */
export function unitOf(field: string): string {
  if (field.startsWith(`${CUSTOM_PROPERTIES}.`)) return field
  return /^[^.[]*/.exec(field)?.[0] ?? field
}

/** Names of the units that differ; one that is absent on one side differs. */
export function differingUnits(a: Units, b: Units): string[] {
  const names = new Set([...a.keys(), ...b.keys()])
  return [...names].filter((name) => !areSame(a.get(name), b.get(name)))
}

export function areSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
