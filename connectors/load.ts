import { type Connector, isConnector } from '../core/connector.ts'
import { ConfigError } from '../core/errors.ts'
import { createModuleLoader, defaultOf, defaultsOf, importModule } from './import-module.ts'
import { locateModule } from './locate.ts'
import { BUILT_IN } from './registry.ts'

/**
 * The connector that a configuration's `use` names: a built-in one, a module by its path (`./connectors/assets.ts`,
 * relative to `fromDir`), or an npm package that is installed where `fromDir` sees it. TypeScript loads as it is, and
 * `vanta-sync` within such a module is this very copy.
 * @throws ConfigError when there is none, when it cannot be loaded, or is no connector of this version
 */
export async function loadConnector(use: string, fromDir: string): Promise<Connector> {
  const builtIn = Object.hasOwn(BUILT_IN, use) ? BUILT_IN[use] : undefined
  if (builtIn !== undefined) return builtIn()
  const jiti = await createModuleLoader(fromDir)
  const path = await locateModule(use, fromDir, jiti)
  return asConnector(await importModule(path, `the connector ${use}`, jiti), use)
}

function asConnector(module: unknown, use: string): Connector {
  const connector = defaultsOf(module).find(isConnector)
  if (connector === undefined) throw noConnector(use, defaultOf(module) !== undefined)
  if (connector.apiVersion !== 1) throw otherVersion(use, connector.apiVersion)
  const { name, options, read } = connector as Partial<Connector>
  if (typeof name === 'string' && options?.type === 'object' && typeof read === 'function') return connector
  throw new ConfigError('connector-shape', `the connector ${use} lacks its name, its options or its read function`, {
    hint: 'defineConnector needs apiVersion, name, options (a JSON Schema of type object) and read.',
  })
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
