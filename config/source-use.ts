import type { ReadableSource } from '../core/resource.ts'
import { resolveOptions } from '../core/options.ts'
import { nearestName } from '../core/text/nearest.ts'
import { checkedOptions, type ConfiguredConnector, readOptions, type WrittenOptions } from './connectors.ts'
import type { Path } from './path.ts'
import type { Reading } from './reading.ts'
import type { WrittenResource } from './written-config.ts'
import type { WrittenMap } from './written.ts'

/** What the sources of all resources share. */
export interface SourceParts {
  readonly connectors: ReadonlyMap<string, ConfiguredConnector>
  /** Every name under `connectors`, also of those that could not be loaded. */
  readonly connectorNames: readonly string[]
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly zone: string
}

/** One use of a configured connector, whose options were read and may still wait for references. */
export interface SourceUse {
  readonly name: string
  readonly configured: ConfiguredConnector | undefined
  readonly over: WrittenOptions | undefined
}

interface UseAt {
  readonly written: { readonly connector?: string; readonly with?: WrittenMap }
  readonly path: Path
  readonly parts: SourceParts
  /** What messages and the history call it. */
  readonly name: string
}

export function readUse(reading: Reading, { written, path, parts, name }: UseAt): SourceUse {
  const configured = connectorOf(reading, { name: written.connector, path, parts })
  const schema = configured?.connector.options
  const over = schema && readOptions(reading, schema, { written: written.with, path: [...path, 'with'] })
  return { name, configured, over }
}

function connectorOf(
  { report }: Reading,
  { name, path, parts }: { name: string | undefined; path: Path; parts: SourceParts },
): ConfiguredConnector | undefined {
  if (name === undefined) return undefined
  if (!parts.connectorNames.includes(name)) {
    const nearest = nearestName(name, parts.connectorNames)
    const expected = `a name under connectors: ${parts.connectorNames.join(', ')}`
    report.add({
      code: 'unknown-connector',
      path: [...path, 'connector'],
      message: 'is no connector of this file',
      expected,
      nearest,
    })
  }
  return parts.connectors.get(name)
}

/** Undefined when the options are wrong, or there is no such connector. */
export function buildUse(reading: Reading, { name, configured, over }: SourceUse): ReadableSource | undefined {
  const options = configured && checkedOptions(reading, configured, over)
  if (configured === undefined || options === undefined) return undefined
  const { connector, moduleHash } = configured
  const baseDir = reading.around.folder
  return {
    name,
    connector,
    ...(moduleHash === undefined ? {} : { moduleHash }),
    options: (signal) =>
      resolveOptions(options, { schema: connector.options, baseDir, ...(signal === undefined ? {} : { signal }) }),
  }
}

/**
 * Names each use of a connector within a resource: by the connector, and by its place when that is used more than once,
 * so that messages and row counts of two uses never meet.
 */
export function useNamer({ from = [] }: WrittenResource): (connector: string | undefined, place: string) => string {
  const counts = new Map<string, number>()
  for (const source of from) {
    for (const use of [source, ...(source?.join ?? [])]) {
      if (use?.connector !== undefined) counts.set(use.connector, (counts.get(use.connector) ?? 0) + 1)
    }
  }
  return (connector = '', place) => ((counts.get(connector) ?? 0) > 1 ? `${connector} (${place})` : connector)
}
