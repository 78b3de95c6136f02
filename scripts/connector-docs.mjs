// The generated part of a connector's page: its options, from their schema.

export const BEGIN = '<!-- options: begin -->'
export const END = '<!-- options: end -->'

/** The page with its table of options renewed. */
export function withOptions(page, schema) {
  const [before, rest] = page.split(BEGIN)
  const [, after] = (rest ?? '').split(END)
  if (after === undefined) throw new Error(`the page lacks ${BEGIN} or ${END}`)
  return `${before}${BEGIN}\n${renderOptions(schema)}\n${END}${after}`
}

/** A table, one option a row; options within options have a dot. */
export function renderOptions(schema) {
  const rows = rowsOf(schema, '').map((cells) => `| ${cells.join(' | ')} |`)
  return ['| option | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function rowsOf(schema, prefix) {
  const rows = []
  for (const [name, option] of Object.entries(schema.properties)) {
    const path = prefix + name
    const required = schema.required?.includes(name) === true
    rows.push([`\`${path}\``, required ? 'required' : sayDefault(option.default), meaningOf(option)])
    rows.push(...below(option, path))
  }
  return rows
}

function below(option, path) {
  if (option.type === 'array') return option.items.type === 'object' ? below(option.items, `${path}[]`) : []
  if (option.type !== 'object') return []
  const rows = rowsOf(option, `${path}.`)
  const { additionalProperties } = option
  if (!additionalProperties) return rows
  return [
    ...rows,
    [`\`${path}.NAME\``, '', meaningOf(additionalProperties)],
    ...below(additionalProperties, `${path}.NAME`),
  ]
}

function meaningOf(option) {
  const parts = [option.description ?? '']
  const choices = option.enum ?? option.items?.enum
  if (choices !== undefined) parts.push(`One of ${choices.map(code).join(', ')}.`)
  if (option.secret === true || option.items?.secret === true) parts.push('Secret: a reference, never plain text.')
  if (option.examples?.length > 0) parts.push(`For example ${option.examples.map(code).join(', ')}.`)
  return parts.join(' ').replaceAll('|', '\\|').trim()
}

function sayDefault(value) {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(code).join(', ')
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : code(JSON.stringify(value))
  return code(value)
}

function code(value) {
  return `\`${value}\``
}
