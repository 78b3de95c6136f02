import type { Tables } from './functions.ts'

/** The `tables` of the configuration: by table, then by key. */
export type WrittenTables = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The tables as `lookup` wants them. */
export function tablesOf(tables: WrittenTables): Tables {
  return new Map(
    Object.entries(tables).map(([name, table]) => [
      name,
      new Map(Object.entries(table).map(([key, value]) => [key.trim(), value])),
    ]),
  )
}
