import { UsageError } from '../../core/errors.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { describeForm, fieldsOf } from '../../schemas/form.ts'
import { resourceType, resourceTypeNames } from '../../schemas/resource-types.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { table } from '../render/paint.ts'

/** The fields of a resource type, or the types. */
export async function schemaCommand(io: Io, options: GlobalOptions, { name }: { name?: string }): Promise<number> {
  if (name === undefined) {
    if (options.json)
      io.out(`${JSON.stringify({ command: 'schema', exitCode: 0, types: resourceTypeNames }, null, 2)}\n`)
    else io.out(`${resourceTypeNames.join('\n')}\n`)
    return 0
  }
  const type = resourceType(name)
  if (type === undefined) {
    const nearest = nearestName(name, resourceTypeNames)
    throw new UsageError('unknown-type', `There is no resource type "${name}"`, {
      hint: nearest === undefined ? 'vanta-sync schema lists them.' : `Did you mean "${nearest}"?`,
    })
  }
  if (options.json) {
    io.out(
      `${JSON.stringify({ command: 'schema', exitCode: 0, type: type.name, kind: type.kind, pushAfter: type.pushAfter, form: type.form }, null, 2)}\n`,
    )
    return 0
  }
  const rows = fieldsOf(type.form).map(({ name: field, form, required }) => [
    field,
    `${required ? 'required' : 'optional'}${form.nullable === true && required ? ', may be null' : ''}`,
    describeForm(form),
    form.metadata?.rule ?? '',
  ])
  io.out(
    `${type.name}${type.pushAfter === undefined ? '' : ` (pushed after ${type.pushAfter})`}\n\n${table(rows).join('\n')}\n`,
  )
  return 0
}
