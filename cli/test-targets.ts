/** What `vanta-sync test` tests: modules with a fixture, configured connectors as they are, and mappings. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { cwd } from 'node:process'
import { loadConnector } from '../connectors/load.ts'
import { fixturePaths, loadFixture, type LoadedFixture } from '../connectors/load-fixture.ts'
import { EXTENSIONS, isModulePath } from '../connectors/locate.ts'
import { systemClock } from '../core/clock.ts'
import { ConfigError, UsageError } from '../core/errors.ts'
import type { ReadableSource, Settings } from '../core/resource.ts'
import { nearestName } from '../core/text/nearest.ts'
import { liveChecks } from '../testing/live.ts'
import { runChecks, testConnector, type TestHow, type TestReport } from '../testing/test-connector.ts'
import type { GlobalOptions, Io } from './io.ts'
import { findMappingTests, isFedBy, type MappingTestGroup } from './mapping-tests/mapping-tests.ts'
import { ConfigProblems, openConfig } from './workplace.ts'

export interface TestTarget {
  readonly name: string
  /** The end of a sentence: what it is tested with. */
  readonly how: string
  run(how: TestHow): Promise<TestReport>
}

export interface Tests {
  readonly targets: readonly TestTarget[]
  readonly mappings?: {
    readonly settings: Settings
    readonly groups: readonly MappingTestGroup[]
  }
}

/**
 * A module by its path from the working directory; a configured connector by its name, with the mapping tests of the
 * resources that it feeds; else a module by its name in ./connectors, where `new connector` puts it. Without a name
 * every configured connector that has a fixture, and all mapping tests.
 * @throws ConfigProblems, ConfigError when a module or its fixture cannot be loaded, UsageError for an unknown name
 */
export async function findTests(io: Io, options: GlobalOptions, name?: string): Promise<Tests> {
  if (name !== undefined && namesModule(name)) return { targets: [await moduleTarget(name)] }
  const own = name === undefined ? undefined : await ownModule(name)
  if (own !== undefined && !existsSync(options.config)) return { targets: [await moduleTarget(own)] }
  // Fixtures and mapping tests need no variable; what does is opened with all of them.
  const { settings } = await openConfig(io, options, 'leave')
  const groups = await mappingGroups(io, options, settings)
  if (name === undefined) return { targets: await fixtureTargets(settings), mappings: { settings, groups } }
  const isConfigured = settings.connectors.some((each) => each.name === name)
  if (own !== undefined && !isConfigured) return { targets: [await moduleTarget(own)] }
  const targets = await configuredTargets(io, { options, settings }, name)
  const fed = settings.resources.filter((resource) => isFedBy(resource, name)).map((resource) => resource.name)
  return { targets, mappings: { settings, groups: groups.filter(({ resource }) => fed.includes(resource)) } }
}

async function mappingGroups(
  { env, signal }: Io,
  { config }: GlobalOptions,
  settings: Settings,
): Promise<readonly MappingTestGroup[]> {
  const found = await findMappingTests({ config, settings, env, signal })
  if ('problems' in found) throw new ConfigProblems(found.problems)
  return found.groups
}

function namesModule(name: string): boolean {
  return isModulePath(name) || EXTENSIONS.includes(extname(name))
}

/** The module that a bare name means: `./connectors/assets.ts`, or `./connectors/assets/index.ts`. */
async function ownModule(name: string): Promise<string | undefined> {
  for (const stem of [`./connectors/${name}`, `./connectors/${name}/index`]) {
    for (const extension of EXTENSIONS) {
      const stats = await stat(stem + extension).catch(() => undefined)
      if (stats?.isFile() === true) return stem + extension
    }
  }
  return undefined
}

async function moduleTarget(path: string): Promise<TestTarget> {
  const module = resolve(path)
  await loadConnector(module, cwd())
  const found = await loadFixture(module, cwd())
  if (found !== undefined) return fixtureTarget(path, found)
  throw new ConfigError('fixture-missing', `the connector ${path} has no fixture beside it`, {
    hint: `Write ${fixturePaths(path)[0]}: export default defineFixture({ … }) of vanta-sync/testing, which starts a source and can cut it.`,
  })
}

function fixtureTarget(name: string, { path, fixture }: LoadedFixture): TestTarget {
  return { name, how: `with its fixture ${path}`, run: (how) => testConnector(fixture, how) }
}

/** Each module once, however many connectors are made of it. */
async function fixtureTargets(settings: Settings): Promise<readonly TestTarget[]> {
  const targets = new Map<string, TestTarget>()
  for (const { name, use } of settings.connectors) {
    const found = await loadFixture(use, dirname(settings.file))
    if (found !== undefined && !targets.has(found.path)) targets.set(found.path, fixtureTarget(name, found))
  }
  return [...targets.values()]
}

interface Opened {
  readonly options: GlobalOptions
  readonly settings: Settings
}

async function configuredTargets(io: Io, { options, settings }: Opened, name: string): Promise<readonly TestTarget[]> {
  const spec = settings.connectors.find((each) => each.name === name)
  if (spec === undefined) throw unknownConnector(settings, name)
  const found = await loadFixture(spec.use, dirname(settings.file))
  return found === undefined ? liveTargets(io, options, name) : [fixtureTarget(name, found)]
}

async function liveTargets(io: Io, options: GlobalOptions, name: string): Promise<readonly TestTarget[]> {
  const { settings } = await openConfig(io, options, 'ignore')
  const uses = settings.connectors.find((each) => each.name === name)?.uses ?? []
  // A missing variable is the configuration's fault, and told before any check.
  for (const use of uses) await use.options(io.signal)
  return uses.map((use) => liveTarget(io, settings, use))
}

function liveTarget({ env }: Io, { zone, vanta }: Settings, { name, connector, options }: ReadableSource): TestTarget {
  const network = vanta.ca === undefined ? { env } : { env, ca: vanta.ca }
  const subject = { connector, clock: systemClock, zone, network, options }
  return {
    name,
    how: 'with its own options; without a fixture, failures in the middle are not tried',
    run: (how) => runChecks(liveChecks(subject), how),
  }
}

function unknownConnector(settings: Settings, name: string): UsageError {
  const known = settings.connectors.map((each) => each.name)
  const nearest = nearestName(name, known)
  const hint =
    nearest === undefined
      ? `The config has: ${known.join(', ')}. A module of yours is named by its path, as in ./${name}.ts.`
      : `Did you mean "${nearest}"?`
  return new UsageError('unknown-connector', `There is no connector "${name}" in ${settings.file}`, { hint })
}
