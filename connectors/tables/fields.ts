/** Makes the fields of a row from its cells. */
export type MakeFields = (cells: readonly string[]) => Readonly<Record<string, string>>

/**
 * A maker for one header. Its objects have no prototype, so a column that the data lacks is never found as
 * `constructor` or `toString`; made by one constructor they stay fast, unlike those of `Object.create(null)`.
 */
export function createFieldsMaker(names: readonly string[]): MakeFields {
  class Fields {
    [name: string]: string
    constructor(cells: readonly string[]) {
      for (let i = 0; i < names.length; i++) this[names[i] ?? ''] = cells[i] ?? ''
    }
  }
  Reflect.deleteProperty(Fields.prototype, 'constructor')
  Object.setPrototypeOf(Fields.prototype, null)
  return (cells) => new Fields(cells)
}
