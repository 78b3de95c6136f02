import { BUILT_IN } from '../../connectors/registry.ts'
import { UsageError } from '../../core/errors.ts'
import { nearestName } from '../../core/text/nearest.ts'

/** Longer ones make bad file names. */
const MOST = 40
const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/** @throws UsageError for what is no name of a new connector, with one that would be */
export function checkConnectorName(name: string): void {
  if (Object.hasOwn(BUILT_IN, name))
    throw new UsageError('connector-built-in', `"${name}" is a built-in connector`, {
      hint: `Use it as it is (use: ${name}), or choose another name, such as our-${name}.`,
    })
  if (KEBAB.test(name) && name.length <= MOST) return
  const better = kebabOf(name)
  const expected = `Small letters, digits and single hyphens are expected, at most ${MOST}, a letter first`
  throw new UsageError('connector-name', 'That is no name for a connector', {
    hint: better === undefined ? `${expected}, as in hr-portal.` : `${expected}, as in ${better}.`,
  })
}

/** Undefined when too little of it is left. */
function kebabOf(name: string): string | undefined {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
  const kebab = words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+/, '')
    .slice(0, MOST)
    .replace(/-+$/, '')
  return kebab === '' || Object.hasOwn(BUILT_IN, kebab) ? undefined : kebab
}

/** The built-in connector that somebody may have meant. */
export function builtInNear(name: string): string | undefined {
  return nearestName(name, Object.keys(BUILT_IN))
}
