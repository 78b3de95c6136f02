import { readdir, stat } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Jiti } from 'jiti'
import { type Connector, isConnector } from '../core/connector.ts'
import { ConfigError, messageOf } from '../core/errors.ts'
import { nearestName } from '../core/text/nearest.ts'
import { BUILT_IN } from './registry.ts'

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.cjs']

/**
 * The connector that a configuration's `use` names: a built-in one, a module by its path (`./connectors/assets.ts`,
 * relative to `fromDir`), or an npm package that is installed where `fromDir` sees it. TypeScript loads as it is, and
 * `vanta-sync` within such a module is this very copy.
 * @throws ConfigError when there is none, when it cannot be loaded, or is no connector of this version
 */
export async function loadConnector(use: string, fromDir: string): Promise<Connector> {
  const builtIn = Object.hasOwn(BUILT_IN, use) ? BUILT_IN[use] : undefined
  if (builtIn !== undefined) return builtIn()
  const jiti = await createLoader(fromDir)
  const path = isPath(use) ? await modulePath(use, fromDir) : packagePath(use, fromDir, jiti)
  return asConnector(await importModule(path, use, jiti), use)
}

/** One way for all modules and all Nodes: it strips types where Node cannot, and hands out our own exports. */
async function createLoader(fromDir: string): Promise<Jiti> {
  const [own, { createJiti }] = await Promise.all([import('../index.ts'), import('jiti')])
  return createJiti(join(fromDir, 'vanta.config.yaml'), {
    virtualModules: { 'vanta-sync': own },
    interopDefault: false,
    // A cache would be one more folder to write to, under a root that may be read-only.
    fsCache: false,
  })
}

function isPath(use: string): boolean {
  return /^\.{1,2}[\\/]/.test(use) || isAbsolute(use)
}

async function modulePath(use: string, fromDir: string): Promise<string> {
  const path = resolve(fromDir, use)
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined) throw await missingModule(path)
  if (stats.isFile() && EXTENSIONS.includes(extname(path))) return path
  throw new ConfigError('connector-module', `${use} is no module that can be loaded`, {
    hint: `Name a file that ends in ${EXTENSIONS.join(', ')}.`,
  })
}

function packagePath(use: string, fromDir: string, jiti: Jiti): string {
  const from = pathToFileURL(join(fromDir, 'vanta.config.yaml')).href
  const found = isPackageName(use) ? jiti.esmResolve(use, { parentURL: from, try: true }) : undefined
  if (found === undefined) throw unknownConnector(use, fromDir)
  return found
}

/** Node's own modules resolve too, and none of them is a connector. */
function isPackageName(use: string): boolean {
  return /^[@a-z0-9]/i.test(use) && !isBuiltin(use)
}

async function importModule(path: string, use: string, jiti: Jiti): Promise<unknown> {
  try {
    return await jiti.import(path)
  } catch (error) {
    const reason = (messageOf(error).split('Require stack:')[0] ?? '').replace(/\s+/g, ' ').trim()
    throw new ConfigError('connector-import', `the connector ${use} fails as it is loaded: ${reason}`, {
      hint: 'Whoever wrote the module must mend it; at its top level it should do nothing but declare the connector.',
      cause: error,
    })
  }
}

function asConnector(module: unknown, use: string): Connector {
  const candidates = [module, defaultOf(module), defaultOf(defaultOf(module))]
  const connector = candidates.find(isConnector)
  if (connector === undefined) throw noConnector(use, defaultOf(module) !== undefined)
  if (connector.apiVersion !== 1) throw otherVersion(use, connector.apiVersion)
  const { name, options, read } = connector as Partial<Connector>
  if (typeof name === 'string' && options?.type === 'object' && typeof read === 'function') return connector
  throw new ConfigError('connector-shape', `the connector ${use} lacks its name, its options or its read function`, {
    hint: 'defineConnector needs apiVersion, name, options (a JSON Schema of type object) and read.',
  })
}

function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
}

function noConnector(use: string, hasDefault: boolean): ConfigError {
  const fault = hasDefault ? 'its default export was not made by defineConnector' : 'it has no default export'
  return new ConfigError('connector-export', `the module ${use} is no connector: ${fault}`, {
    hint: "It must say: import { defineConnector } from 'vanta-sync'; export default defineConnector({ … }).",
  })
}

function otherVersion(use: string, version: unknown): ConfigError {
  const said = typeof version === 'number' ? `version ${version}` : 'no version'
  return new ConfigError(
    'connector-version',
    `the connector ${use} is written for ${said} of the contract, this is version 1`,
    {
      hint: 'Set `apiVersion: 1` if it fits, or use a version of vanta-sync that knows the other.',
    },
  )
}

async function missingModule(path: string): Promise<ConfigError> {
  const names = await readdir(dirname(path)).catch(() => [])
  const nearest = nearestName(basename(path), names)
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
