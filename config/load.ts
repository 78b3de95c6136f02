/** `vanta.config.yaml` → `Settings`: read → parse → resolve → check → result. */
import path from 'node:path'
import { LineCounter } from 'yaml'
import type { Retention, SecretRegistry, Settings } from '../core/resource.ts'
import { parseDuration } from '../core/text/duration.ts'
import { buildApplications } from './applications.ts'
import { configuredConnectors } from './configured-connectors.ts'
import { type ConnectorLoader, type HashModule, type LoadConnector, loadConnectors } from './connectors.ts'
import { draftOf } from './draft.ts'
import { parseConfig } from './parse.ts'
import type { ConfigProblem } from './problem.ts'
import { createReading, type Reading, settle } from './reading.ts'
import { readValue } from './read-value.ts'
import { createReport } from './report.ts'
import { buildNotifiers } from './notify.ts'
import { buildResource } from './resources.ts'
import { checkRules } from './rules.ts'
import { configSchema, DEFAULT_RETENTION, DEFAULT_STATE_PATH } from './schema.ts'
import { createSecretRegistry } from '../core/secret-registry.ts'
import { buildServer } from './server.ts'
import { type ConfigText, readConfigText } from './source.ts'
import type { SourceParts } from './source-use.ts'
import { buildSources } from './sources.ts'
import { checkStructure } from './structure.ts'
import { buildVanta } from './vanta.ts'
import type { WrittenConfig, WrittenState } from './written-config.ts'
import type { Written } from './written.ts'

export type { HashModule, LoadConnector } from './connectors.ts'
export { type ConfigProblem, formatProblem } from './problem.ts'

export interface LoadOptions {
  /** As the user named it; messages begin with it. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly loadConnector: LoadConnector
  /** Hex SHA-256 of the module that a `use` names; undefined for what is built in. Unless told, nothing is known. */
  readonly hashModule?: HashModule
  /** `check` resolves each secret once, to see that it is there; `ignore` is for commands that use none. */
  readonly secrets: 'check' | 'ignore'
  /**
   * A reference to what is not there is a mistake (`refuse`, the default), or leaves its value out with a warning and
   * runs no command (`leave`): for tests that push nothing, and run where the variables are not set.
   */
  readonly unresolved?: 'refuse' | 'leave'
  /** Remembers the secrets; one of its own unless told. */
  readonly registry?: SecretRegistry
  /** Instead of `state.path`; relative to the working directory. */
  readonly statePath?: string
  readonly signal?: AbortSignal
}

export type LoadResult = { readonly settings: Settings } | { readonly problems: readonly ConfigProblem[] }

/**
 * Every mistake of the file at once, in the order of the file, or the settings.
 * @throws the signal's reason when it aborts, and nothing else: a mistake of a person is a problem, not an exception
 */
export async function loadConfig(options: LoadOptions): Promise<LoadResult> {
  options.signal?.throwIfAborted()
  const source = await readConfigText(options.file)
  if ('problem' in source) return { problems: [source.problem] }
  const lines = new LineCounter()
  const report = createReport(options.file, lines)
  const written = parseConfig(source.text, lines, report)
  if (written === undefined) return { problems: report.problems() }
  const around = { env: options.env, folder: path.dirname(path.resolve(options.file)), signal: options.signal }
  const { secrets, unresolved = 'refuse', registry = createSecretRegistry() } = options
  const reading = createReading({ report, around, registry, secrets, unresolved })
  const settings = await settingsOf(reading, written, { options, source })
  const problems = report.problems()
  return problems.length > 0 ? { problems } : { settings: { ...settings, warnings: report.warnings() } }
}

interface LoadContext {
  readonly options: LoadOptions
  readonly source: ConfigText
}

async function settingsOf(reading: Reading, written: Written, { options, source }: LoadContext): Promise<Settings> {
  const config = await readConfig(reading, written)
  const draft = draftOf(config)
  checkRules(reading, draft)
  const zone = config.zone ?? 'UTC'
  const applications = buildApplications(reading, config.applications)
  const { loadConnector, hashModule } = options
  const parts = await sourceParts(reading, config, { zone, load: { loadConnector, hashModule } })
  const resources = []
  for (const resource of draft.resources) {
    const sources = await buildSources(reading, resource, parts)
    const built = buildResource(resource, { applications, sources, zone })
    if (built !== undefined) resources.push(built)
  }
  const connectors = configuredConnectors(reading, { draft, parts, resources })
  return {
    file: path.resolve(options.file),
    hash: source.hash,
    vanta: await buildVanta(reading, config.vanta),
    zone,
    applications: [...applications.values()],
    connectors,
    resources,
    state: stateOf(config, { folder: reading.around.folder, override: options.statePath }),
    server: await buildServer(reading, config.server),
    notify: buildNotifiers(reading, config.notify, Object.keys(config.resources ?? {})),
    ...(config.metrics?.textfile === undefined
      ? {}
      : { metricsFile: path.resolve(reading.around.folder, config.metrics.textfile) }),
    warnings: [],
    secrets: reading.registry,
  }
}

async function readConfig(reading: Reading, written: Written): Promise<WrittenConfig> {
  let data: unknown
  readValue(reading, { written, node: configSchema, path: [] }, (value) => {
    data = value
  })
  await settle(reading)
  checkStructure(reading, configSchema, data)
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {}
}

async function sourceParts(
  reading: Reading,
  config: WrittenConfig,
  { zone, load }: { zone: string; load: ConnectorLoader },
): Promise<SourceParts> {
  const connectors = await loadConnectors(reading, config.connectors ?? {}, load)
  await settle(reading)
  return { connectors, connectorNames: Object.keys(config.connectors ?? {}), tables: tablesOf(config), zone }
}

function tablesOf({ tables = {} }: WrittenConfig): SourceParts['tables'] {
  const result: Record<string, Record<string, string>> = {}
  for (const [name, table] of Object.entries(tables)) {
    const entries = Object.entries(table ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined)
    result[name] = Object.fromEntries(entries)
  }
  return result
}

function stateOf(
  config: WrittenConfig,
  { folder, override }: { folder: string; override: string | undefined },
): Settings['state'] {
  const own = path.resolve(folder, config.state?.path ?? DEFAULT_STATE_PATH)
  return {
    path: override === undefined ? own : path.resolve(override),
    allowNetworkFs: config.state?.allowNetworkFs ?? false,
    retention: retentionOf(config.state?.retention ?? {}),
  }
}

function retentionOf({ history, personalData }: NonNullable<WrittenState['retention']>): Retention {
  return {
    historyMs: parseDuration(history ?? DEFAULT_RETENTION.history) ?? 0,
    personalDataMs: parseDuration(personalData ?? DEFAULT_RETENTION.personalData) ?? 0,
  }
}
