/** Where a connector's module lies: beside the configuration, or in a package. */
import { readdir, stat } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Jiti } from 'jiti'
import { ConfigError } from '../core/errors.ts'
import { nearestName } from '../core/text/nearest.ts'
import { BUILT_IN } from './registry.ts'

export const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.cjs']

/** `./connectors/assets.ts`, `../assets.js`, `/srv/assets.mjs`. */
export function isModulePath(use: string): boolean {
  return /^\.{1,2}[\\/]/.test(use) || isAbsolute(use)
}

/**
 * The absolute path of the module that `use` names, seen from a folder.
 * @throws ConfigError when there is none
 */
export async function locateModule(use: string, fromDir: string, jiti: Jiti): Promise<string> {
  return isModulePath(use) ? ownModule(use, fromDir) : packageModule(use, fromDir, jiti)
}

async function ownModule(use: string, fromDir: string): Promise<string> {
  const path = resolve(fromDir, use)
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined) throw await missingModule(path)
  if (stats.isFile() && EXTENSIONS.includes(extname(path))) return path
  throw new ConfigError('connector-module', `${use} is no module that can be loaded`, {
    hint: `Name a file that ends in ${EXTENSIONS.join(', ')}.`,
  })
}

function packageModule(use: string, fromDir: string, jiti: Jiti): string {
  const from = pathToFileURL(join(fromDir, 'vanta.config.yaml')).href
  const found = isPackageName(use) ? jiti.esmResolve(use, { parentURL: from, try: true }) : undefined
  if (found === undefined) throw unknownConnector(use, fromDir)
  return found.startsWith('file:') ? fileURLToPath(found) : found
}

/** Node's own modules resolve too, and none of them is a connector. */
function isPackageName(use: string): boolean {
  return /^[@a-z0-9]/i.test(use) && !isBuiltin(use)
}

async function missingModule(path: string): Promise<ConfigError> {
  const names = await readdir(dirname(path)).catch(() => [])
  const base = basename(path)
  const nearest = names.find((name) => EXTENSIONS.some((end) => name === base + end)) ?? nearestName(base, names)
  const hint =
    nearest === undefined
      ? 'The path is relative to the configuration file.'
      : `Did you mean ${nearest}, in the same folder?`
  return new ConfigError('connector-missing', `the connector module ${path} does not exist`, { hint })
}

function unknownConnector(use: string, fromDir: string): ConfigError {
  const names = Object.keys(BUILT_IN)
  const nearest = nearestName(use, names)
  const known = `Built in: ${names.join(', ')}.`
  const message = `there is no connector "${use}": it is not built in, and no package of that name is installed for ${fromDir}`
  if (nearest !== undefined)
    return new ConfigError('connector-unknown', message, { hint: `Did you mean ${nearest}? ${known}` })
  const path =
    use.includes('/') || EXTENSIONS.includes(extname(use)) ? ` A module of yours begins with ./, as in ./${use}.` : ''
  return new ConfigError('connector-unknown', message, { hint: known + path })
}
