import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createModuleLoader } from './import-module.ts'
import { isModulePath, locateModule } from './locate.ts'
import { BUILT_IN } from './registry.ts'

/**
 * Hex SHA-256 of the module that a configuration's `use` names, and of the version of its package: an auditor asks
 * whether the code that reads a source was another one. Undefined for what is built in, which has the version of
 * vanta-sync, and for what cannot be read.
 */
export async function hashModule(use: string, fromDir: string): Promise<string | undefined> {
  if (Object.hasOwn(BUILT_IN, use)) return undefined
  try {
    const path = await locateModule(use, fromDir, await createModuleLoader(fromDir))
    const hash = createHash('sha256').update(await readFile(path))
    if (!isModulePath(use)) hash.update(await versionAbove(dirname(path)))
    return hash.digest('hex')
  } catch {
    // That it cannot be loaded has been told.
    return undefined
  }
}

/** The version of the nearest package.json. */
async function versionAbove(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  const version = text === undefined ? undefined : (JSON.parse(text) as { version?: unknown }).version
  if (typeof version === 'string') return version
  return dirname(folder) === folder ? '' : versionAbove(dirname(folder))
}
