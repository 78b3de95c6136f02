/** What differs between two canonical records, field by field. */
export interface FieldChange {
  readonly name: string
  readonly from: unknown
  readonly to: unknown
}

type Fields = Readonly<Record<string, unknown>>

/** An absent field counts as null, as it does for Vanta. */
export function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  const changes: FieldChange[] = []
  for (const name of names) {
    const from = before[name] ?? null
    const to = after[name] ?? null
    if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ name, from, to })
  }
  return changes
}
