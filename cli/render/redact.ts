import type { RunDocument } from '../../core/run/document.ts'

/** A plan that a log may keep: what changes and where, ids and values by their digest or not at all. */
export function redactRun(document: RunDocument, digest: (text: string) => string): RunDocument {
  const hide = (text: string): string => `#${digest(text).slice(0, 10)}`
  const resources = document.resources.map((resource) => ({
    ...resource,
    ...(resource.items === undefined
      ? {}
      : {
          items: resource.items.map(({ change, uniqueId, fields }) => ({
            change,
            uniqueId: hide(uniqueId),
            ...(fields === undefined ? {} : { fields: fields.map(({ name }) => ({ name, from: '…', to: '…' })) }),
          })),
        }),
    ...(resource.problems === undefined
      ? {}
      : {
          problems: resource.problems.map(({ uniqueId, ...rest }) =>
            uniqueId === undefined ? rest : { ...rest, uniqueId: hide(uniqueId) },
          ),
        }),
    ...(resource.conflicts === undefined
      ? {}
      : { conflicts: resource.conflicts.map(({ uniqueId, ...rest }) => ({ ...rest, uniqueId: hide(uniqueId) })) }),
  }))
  return { ...document, resources }
}
