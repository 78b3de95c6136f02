import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Connector, defineConnector } from '../../core/connector.ts'
import { ConfigError } from '../../core/errors.ts'
import { formatProblem, loadConfig, type LoadOptions, type LoadResult } from '../../config/load.ts'
import type { Settings } from '../../core/resource.ts'

/** The values that no message may ever hold. */
export const CANARIES = { CANARY_A: 'vcs_canary-in-variable', CANARY_B: 'canary-in-file-9f3c' }

export const ENV = {
  PATH: process.env['PATH'],
  PEOPLE_X_CLIENT_ID: 'vci_people',
  PEOPLE_X_SECRET: CANARIES.CANARY_A,
  SLACK_WEBHOOK: 'https://hooks.example.com/canary-hook',
  EMPTY: '',
  PORT: '9000',
  WORD: 'word-from-variable',
  TEMPLATE: '{{ evil }}',
}

export const csv: Connector = defineConnector({
  apiVersion: 1,
  name: 'csv',
  options: {
    type: 'object',
    required: ['path'],
    properties: {
      path: { type: 'string', format: 'path', description: 'File.' },
      delimiter: { type: 'string', description: 'Delimiter.' },
      pick: { type: 'string', enum: ['newest', 'all'], description: 'Which.' },
      minRows: { type: 'integer', minimum: 0, description: 'Rows.' },
      header: { type: 'boolean', default: true, description: 'Header.' },
      columns: { type: 'array', items: { type: 'string', description: 'Name.' }, description: 'Columns.' },
      url: { type: 'string', format: 'uri', description: 'Where.' },
      password: { type: 'string', secret: true, description: 'Password.' },
    },
  },
  async *read() {
    yield []
    return undefined
  },
})

export async function loadFake(use: string): Promise<Connector> {
  if (use === 'csv') return csv
  if (use === './broken.ts') throw new Error('unexpected token')
  throw new ConfigError('connector-missing', 'there is no such connector', { hint: 'Did you mean "csv"?' })
}

export type Files = Readonly<Record<string, string>>

export type Loading = Partial<Omit<LoadOptions, 'file'>> & { readonly files?: Files }

/** Writes the text and the files into a folder of their own, loads, and removes the folder. */
export async function load(text: string | Uint8Array, loading: Loading = {}): Promise<LoadResult & { folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vanta-sync-config-'))
  const { files = {}, ...options } = loading
  try {
    await writeFile(path.join(folder, 'vanta.config.yaml'), text)
    for (const [name, content] of Object.entries({ 'secret.txt': `${CANARIES.CANARY_B}\n`, ...files })) {
      await writeFile(path.join(folder, name), content, { mode: 0o600 })
    }
    const file = path.join(folder, 'vanta.config.yaml')
    return { ...(await loadConfig({ file, env: ENV, loadConnector: loadFake, secrets: 'check', ...options })), folder }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function loadSettings(text: string, loading?: Loading): Promise<Settings> {
  const result = await load(text, loading)
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return result.settings
}

/** The mistakes as lines, with the file's folder left out. */
export async function mistakes(text: string | Uint8Array, loading?: Loading): Promise<readonly string[]> {
  const result = await load(text, loading)
  if (!('problems' in result)) return []
  return result.problems.map((problem) => formatProblem(problem).replaceAll(`${result.folder}${path.sep}`, ''))
}

/** The smallest good configuration; its lines are what the mistakes count on. */
export const GOOD = `vanta:
  region: commercial
zone: Europe/Berlin
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_SECRET }
    scopes: [connectors.self:read-resource, connectors.self:write-resource]
connectors:
  export:
    use: csv
    with: { path: ./people.csv }
resources:
  people:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from:
      - connector: export
        with: {}
        map:
          uniqueId: "{{ employee_id }}"
          authMethod: SSO
    merge: error
    guard:
      maxRemoved: 5%
    verify: true
    timeout: 30m
`

/** The good configuration with a piece of it replaced; complains when the piece is not there. */
export function edited(from: string, to: string, text: string = GOOD): string {
  if (!text.includes(from)) throw new Error(`the configuration has no ${JSON.stringify(from)}`)
  return text.replace(from, () => to)
}
