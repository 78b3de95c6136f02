import type { Connector, ObjectSchema } from '../core/connector.ts'
import { isSyncError, messageOf } from '../core/errors.ts'
import { checkOptions, type OptionProblem } from '../core/options.ts'
import { type Path, pathKey } from './path.ts'
import type { Reading } from './reading.ts'
import { readValue } from './read-value.ts'
import type { Names, WrittenConnector } from './written-config.ts'
import type { WrittenMap } from './written.ts'

/** @throws ConfigError when there is no such connector, or its module cannot be loaded */
export type LoadConnector = (use: string, configDir: string) => Promise<Connector>

/** Undefined for a connector that is built in. */
export type HashModule = (use: string, configDir: string) => Promise<string | undefined>

export interface ConnectorLoader {
  readonly loadConnector: LoadConnector
  readonly hashModule: HashModule | undefined
}

/** A configured connector whose module is there. */
export interface ConfiguredConnector {
  readonly name: string
  /** As written: a built-in name, a path, a package. */
  readonly use: string
  readonly connector: Connector
  readonly moduleHash?: string
  readonly options: WrittenOptions
}

/** Options as they were written in one place. */
export interface WrittenOptions {
  readonly path: Path
  readonly values: Readonly<Record<string, unknown>>
}

export async function loadConnectors(
  reading: Reading,
  written: Names<WrittenConnector>,
  { loadConnector, hashModule }: ConnectorLoader,
): Promise<ReadonlyMap<string, ConfiguredConnector>> {
  const configured = new Map<string, ConfiguredConnector>()
  for (const [name, each] of Object.entries(written)) {
    if (each?.use === undefined) continue
    const connector = await loadOne(reading, { use: each.use, path: ['connectors', name, 'use'] }, loadConnector)
    if (connector === undefined) continue
    const moduleHash = await hashModule?.(each.use, reading.around.folder)
    const options = readOptions(reading, connector.options, { written: each.with, path: ['connectors', name, 'with'] })
    const hashed = moduleHash === undefined ? {} : { moduleHash }
    configured.set(name, { name, use: each.use, connector, options, ...hashed })
  }
  return configured
}

async function loadOne(
  { report, around }: Reading,
  { use, path }: { use: string; path: Path },
  load: LoadConnector,
): Promise<Connector | undefined> {
  try {
    return await load(use, around.folder)
  } catch (error) {
    around.signal?.throwIfAborted()
    if (isSyncError(error)) {
      const hint = error.hint === undefined ? '' : `. ${error.hint}`
      report.add({ code: error.code, path, message: `${error.message}${hint}` })
    } else report.add({ code: 'connector-failed', path, message: `cannot be loaded: ${messageOf(error)}` })
    return undefined
  }
}

/** Reads options by the schema that their connector declares. */
export function readOptions(
  reading: Reading,
  schema: ObjectSchema,
  { written, path }: { written: WrittenMap | undefined; path: Path },
): WrittenOptions {
  let values: Readonly<Record<string, unknown>> = {}
  if (written === undefined) return { path, values }
  readValue(reading, { written, node: schema, path }, (value) => {
    if (typeof value === 'object' && value !== null) values = value as Readonly<Record<string, unknown>>
  })
  return { path, values }
}

/**
 * The options of one source: those of the connector with the source's laid over them, checked. Undefined when they are
 * wrong; each mistake is reported where its key was written.
 */
export function checkedOptions(
  reading: Reading,
  { name, connector, options }: ConfiguredConnector,
  over?: WrittenOptions,
): Record<string, unknown> | undefined {
  const merged = Object.assign(Object.create(null) as Record<string, unknown>, options.values, over?.values)
  try {
    const checked = checkOptions(connector.options, merged)
    const wrong = checked.problems.filter((problem) => reportOption(reading, problem, ownerOf(problem, options, over)))
    if (wrong.length > 0) return undefined
    const path = over !== undefined && Object.keys(over.values).length > 0 ? over.path : options.path
    return agree(reading, { connector, path, values: checked.options }) ? checked.options : undefined
  } catch (error) {
    if (!isSyncError(error)) throw error
    reading.report.add({ code: error.code, path: ['connectors', name, 'use'], message: error.message })
    return undefined
  }
}

interface Agreed {
  readonly connector: Connector
  readonly path: Path
  readonly values: Record<string, unknown>
}

/** Do the options go together? Where a value could not be had, nobody can tell. */
function agree({ report, holes }: Reading, { connector, path, values }: Agreed): boolean {
  const above = `${pathKey(path)}/`
  if ([...holes].some((hole) => hole.startsWith(above))) return true
  try {
    connector.validate?.(values)
    return true
  } catch (error) {
    if (!isSyncError(error)) throw error
    const hint = error.hint === undefined ? '' : `. ${error.hint}`
    report.add({ code: error.code, path, message: `${error.message}${hint}` })
    return false
  }
}

function ownerOf(
  { path: [key] }: OptionProblem,
  own: WrittenOptions,
  over: WrittenOptions | undefined,
): WrittenOptions {
  return over !== undefined && key !== undefined && Object.hasOwn(over.values, key) ? over : own
}

/** False for what stands where a value could not be had: that has been said. */
function reportOption({ report, holes }: Reading, problem: OptionProblem, owner: WrittenOptions): boolean {
  const path = [...owner.path, ...problem.path]
  if (holes.has(pathKey(path))) return false
  const pointAt = problem.code === 'unknown-option' ? 'key' : 'value'
  report.add({ ...problem, path, pointAt })
  return true
}
