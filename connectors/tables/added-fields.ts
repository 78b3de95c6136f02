/** Fields that rows of a file get besides their own. */
import type { Row } from '../../core/connector.ts'
import { ConfigError } from '../../core/errors.ts'

export interface AddedFields {
  /** Gets the name of the file; undefined for none. */
  readonly fileField: string | undefined
  readonly fileName: string
  /** Null in the rows that lack them, so that a mapping may name one that no row has. */
  readonly optionalFields: readonly string[]
}

/** The rows with those fields. @throws ConfigError `json-options` when a row has `fileField` itself */
export function withAddedFields(rows: readonly Row[], added: AddedFields): readonly Row[] {
  const { fileField, fileName, optionalFields } = added
  if (fileField === undefined && optionalFields.length === 0) return rows
  for (const { fields } of rows) {
    // Rows were made for this read alone, and nobody has seen them yet.
    const open = fields as Record<string, unknown>
    if (fileField !== undefined) {
      if (Object.hasOwn(open, fileField)) throw taken(fileField)
      open[fileField] = fileName
    }
    for (const name of optionalFields) open[name] ??= null
  }
  return rows
}

/** The names that a row has when it has those of `names`. */
export function addedNames(names: readonly string[], { fileField, optionalFields }: AddedFields): readonly string[] {
  return [...new Set([...names, ...(fileField === undefined ? [] : [fileField]), ...optionalFields])]
}

function taken(fileField: string): ConfigError {
  return new ConfigError('json-options', `\`fileField\` is "${fileField}", and rows have a field of that name`, {
    hint: 'Give the name of the file another field.',
  })
}
