/** The fixtures of the built-in connectors: `test/connectors/<name>/conformance*.ts`. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ConnectorFixture, isFixture } from '../../testing/fixture.ts'
import type { Probe } from './service.ts'

const FOLDER = join(import.meta.dirname, '../connectors')

export interface FoundFixture {
  readonly file: string
  /** Of the connector, and what the file's name adds: `sql postgres`. */
  readonly name: string
  readonly fixture: ConnectorFixture
  /** Says what the machine lacks; the file may export one. */
  readonly probe: Probe
}

export type FixtureFile = FoundFixture | { readonly file: string; readonly fault: string }

/** All of them; one that cannot be loaded is told, and does not keep the others from being tried. */
export async function findFixtures(): Promise<readonly FixtureFile[]> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  const ours = files.filter((file) => /^[^/\\]+[/\\]conformance[^/\\]*(?<!\.test)\.ts$/.test(file)).sort()
  return Promise.all(ours.map(load))
}

async function load(file: string): Promise<FixtureFile> {
  try {
    const module = (await import(pathToFileURL(join(FOLDER, file)).href)) as Readonly<Record<string, unknown>>
    const { fixture, probe } = module
    if (!isFixture(fixture)) return { file, fault: 'it does not export `fixture`, made by defineFixture' }
    return { file, name: nameOf(file, fixture), fixture, probe: isProbe(probe) ? probe : () => undefined }
  } catch (error) {
    return { file, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

function nameOf(file: string, { connector }: ConnectorFixture): string {
  const extra = /conformance-?(.*)\.ts$/.exec(file)?.[1] ?? ''
  return [connector.name, extra].filter((part) => part !== '').join(' ')
}

function isProbe(value: unknown): value is Probe {
  return typeof value === 'function'
}
