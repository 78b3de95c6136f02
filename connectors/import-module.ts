import { join } from 'node:path'
import type { Jiti } from 'jiti'
import { ConfigError, messageOf } from '../core/errors.ts'
import { placeOfThrow } from '../core/place-of-throw.ts'

/** One way for all modules and all Nodes: it strips types where Node cannot, and hands out our own exports. */
export async function createModuleLoader(fromDir: string): Promise<Jiti> {
  const [own, testing, { createJiti }] = await Promise.all([
    import('../index.ts'),
    import('../testing/index.ts'),
    import('jiti'),
  ])
  return createJiti(join(fromDir, 'vanta.config.yaml'), {
    virtualModules: { 'vanta-sync': own, 'vanta-sync/testing': testing },
    interopDefault: false,
    // A cache would be one more folder to write to, under a root that may be read-only.
    fsCache: false,
  })
}

/**
 * @param name of the module, for the message
 * @throws ConfigError when the module throws as it is loaded
 */
export async function importModule(path: string, name: string, jiti: Jiti): Promise<unknown> {
  try {
    return await jiti.import(path)
  } catch (error) {
    const reason = (messageOf(error).split('Require stack:')[0] ?? '').replace(/\s+/g, ' ').trim()
    const place = placeOfThrow(error)
    const where = place === undefined || reason.includes(place) ? '' : ` (thrown at ${place})`
    throw new ConfigError('connector-import', `${name} fails as it is loaded: ${reason}${where}`, {
      hint: 'Whoever wrote the module must mend it; at its top level it should do nothing but declare the connector.',
      cause: error,
    })
  }
}

/** What a module may have for a default export; CommonJS wraps it once more. */
export function defaultsOf(module: unknown): readonly unknown[] {
  return [module, defaultOf(module), defaultOf(defaultOf(module))]
}

export function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
}
