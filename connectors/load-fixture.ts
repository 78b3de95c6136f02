import { stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { ConfigError } from '../core/errors.ts'
import { isConnector } from '../core/connector.ts'
import { type ConnectorFixture, isFixture } from '../testing/fixture.ts'
import { createModuleLoader, defaultsOf, importModule } from './import-module.ts'
import { EXTENSIONS, locateModule } from './locate.ts'
import { BUILT_IN } from './registry.ts'

export interface LoadedFixture {
  readonly path: string
  readonly fixture: ConnectorFixture
}

/**
 * The fixture beside a connector's module: `assets.fixture.ts` for `assets.ts`, `assets/fixture.ts` for
 * `assets/index.ts`. Undefined when there is none; built-in connectors have none.
 * @throws ConfigError when the module is not there, or the fixture cannot be loaded or is none
 */
export async function loadFixture(use: string, fromDir: string): Promise<LoadedFixture | undefined> {
  if (Object.hasOwn(BUILT_IN, use)) return undefined
  const jiti = await createModuleLoader(fromDir)
  const path = await firstFile(fixturePaths(await locateModule(use, fromDir, jiti)))
  if (path === undefined) return undefined
  const found = defaultsOf(await importModule(path, `the fixture ${path}`, jiti)).find(isFixture)
  if (found === undefined) throw noFixture(path)
  if (!isConnector(found.connector)) throw noConnector(path)
  return { path, fixture: found }
}

/** Where the fixture of a module may lie, with the module's own extension first. */
export function fixturePaths(module: string): readonly string[] {
  const own = extname(module)
  const name = basename(module, own)
  const stem = name === 'index' ? join(dirname(module), 'fixture') : join(dirname(module), `${name}.fixture`)
  return [own, ...EXTENSIONS.filter((extension) => extension !== own)].map((extension) => stem + extension)
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isFile() === true) return path
  }
  return undefined
}

function noFixture(path: string): ConfigError {
  return new ConfigError('fixture-export', `${path} is no fixture: its default export has no connector and no start`, {
    hint: "It must say: import { defineFixture } from 'vanta-sync/testing'; export default defineFixture({ … }).",
  })
}

function noConnector(path: string): ConfigError {
  return new ConfigError('fixture-connector', `the connector of the fixture ${path} was not made by defineConnector`, {
    hint: 'Import the default export of the module, and give it as `connector`.',
  })
}
