/** `vanta-sync start` as a user has it: its own process, spoken to over its API, and its state as it left it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { StatusSnapshot } from '../../core/health/status.ts'
import { openDatabase } from '../../core/state/sqlite.ts'
import type { RunRecord } from '../../core/state/state.ts'
import { type CommandResult, runCommand } from './command.ts'
import { ACCOUNTS, type Office, type OfficeOptions, type Running, until } from './cli.ts'

export const RESOURCE = 'people-x-accounts'
export const TOKEN = 'token-of-the-bot-0123456789'
export const PASSWORD = 'a password of Ada'

/** A daemon starts within this, also on a busy machine. */
const STARTED_MS = 30_000

export interface DaemonConfig {
  /** Lines below the connector, indented by four; default: the csv that the office exports. */
  readonly connector?: string
  /** Lines below the resource, indented by four. */
  readonly resource?: string
  /** Further keys of the file, not indented. */
  readonly more?: string
  /** Default: a free one. */
  readonly port?: number
}

/** Users: `bot` with a token and `ada` with a password, both approvers. */
export function daemonConfig(given: DaemonConfig = {}): NonNullable<OfficeOptions['config']> {
  return ({ url }) => daemonConfigText(url, given)
}

const CSV = `    use: csv
    with: { path: ./people.csv }`

export function daemonConfigText(
  baseUrl: string,
  { connector = CSV, resource = '', more = '', port = 0 }: DaemonConfig = {},
): string {
  return `vanta:
  baseUrl: ${baseUrl}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  people-x-export:
${connector}
resources:
  ${RESOURCE}:
    application: people-x
    type: user_account
    resourceId: ${ACCOUNTS}
    from: [{ connector: people-x-export }]
${resource}
server:
  port: ${port}
  users:
    - { name: bot, role: approver, token: { env: BOT_TOKEN } }
    - { name: ada, role: approver, password: { env: ADA_PASSWORD } }
${more}
`
}

export interface DaemonProcess extends Running {
  readonly url: string
  /** The document that it printed. */
  readonly announced: { readonly pid: number; readonly schedules: readonly unknown[] }
  get(path: string): Promise<Answer>
  post(path: string, body?: object): Promise<Answer>
  status(): Promise<StatusSnapshot>
  /** Starts a run, and gives its id. */
  run(resource?: string): Promise<string>
  /** The run when it has ended. */
  ended(runId: string): Promise<ApiRun>
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number; stderr: string }>
}

export interface Answer {
  readonly status: number
  readonly text: string
  json(): unknown
}

/** As the API tells it. */
export type ApiRun = Omit<RunRecord, 'startedAt' | 'finishedAt'> & { startedAt: string; finishedAt?: string }

/** Resolves when it listens; `flags` are those of `start`. @throws what it said when it ended instead */
export async function startDaemonIn(office: Office, ...flags: string[]): Promise<DaemonProcess> {
  letIn(office)
  return listening(office.start('--json', 'start', ...flags))
}

/** A command in this process, on the office's configuration: for what only asks, and costs a second as a process. */
export async function ask(office: Office, ...args: string[]): Promise<CommandResult> {
  return runCommand(['--config', join(office.folder, 'vanta.config.yaml'), ...args], office.env)
}

/** The same with `--json`. @throws when standard output is not one JSON document */
export async function askJson<T>(office: Office, ...args: string[]): Promise<T> {
  const { stdout, stderr } = await ask(office, '--json', ...args)
  try {
    return JSON.parse(stdout) as T
  } catch (cause) {
    throw new Error(`not one JSON document: ${stdout}\n${stderr}`, { cause })
  }
}

/** The secrets that the configuration refers to. */
export function letIn({ env }: Office): void {
  Object.assign(env, { BOT_TOKEN: TOKEN, ADA_PASSWORD: PASSWORD })
}

async function listening(running: Running): Promise<DaemonProcess> {
  let over = false
  void running.result.then(() => (over = true))
  await until(() => over || running.said().stdout.includes('\n'), STARTED_MS)
  const { stdout, stderr } = running.said()
  // Of a start that fails the document comes before the end.
  if (!stdout.includes('"url"')) throw new Error(`the daemon did not start: ${stdout}${stderr}`)
  return processOf(running, JSON.parse(stdout) as DaemonProcess['announced'] & { url: string })
}

function processOf(running: Running, announced: DaemonProcess['announced'] & { url: string }): DaemonProcess {
  const { url } = announced

  async function send(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, json: () => JSON.parse(text) as unknown }
  }

  async function run(resource = RESOURCE): Promise<string> {
    const answer = await send('POST', `/api/resources/${resource}/run`)
    if (answer.status !== 202) throw new Error(`no run has begun: ${answer.status} ${answer.text}`)
    return (answer.json() as { runId: string }).runId
  }

  async function ended(runId: string): Promise<ApiRun> {
    let seen: ApiRun | undefined
    await until(async () => {
      const answer = await send('GET', `/api/runs/${runId}`)
      // Its start is noted a moment after it was asked for.
      if (answer.status === 200) seen = (answer.json() as { run: ApiRun }).run
      return seen !== undefined && seen.status !== 'running'
    }, STARTED_MS)
    if (seen === undefined) throw new Error('it has ended')
    return seen
  }

  return {
    ...running,
    url,
    announced,
    run,
    ended,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    status: async () => (await send('GET', '/api/status')).json() as StatusSnapshot,
    async end(signal = 'SIGTERM') {
      const begun = performance.now()
      running.kill(signal)
      const { code, stderr } = await running.result
      return { code, stderr, ms: performance.now() - begun }
    },
  }
}

/** What a process left in the state, looked at without opening it: opening tidies up. */
export interface Remains {
  /** Ids of daemons that have a row. */
  readonly daemons: readonly string[]
  /** Ids of runs without an end. */
  readonly running: readonly string[]
  /** Names below the scratch folder. */
  readonly scratch: readonly string[]
  /** Notes of who holds a lease. */
  readonly leases: readonly string[]
}

/** Slots of this schedule come once a year: none comes by itself while a test runs. */
export const YEARLY = { cron: '17 3 1 1 *', yaml: "    schedule: { cron: '17 3 1 1 *', zone: UTC, jitter: 0 }" }
const TWO_YEARS_MS = 2 * 366 * 24 * 3600 * 1000

/** As if no daemon had been there for two years: the next one has a slot to catch up. */
export function missSlots(office: Office): void {
  inState(office, (database) =>
    database.prepare('UPDATE slot SET slot_at = slot_at - ?, daemon = NULL').run(TWO_YEARS_MS),
  )
}

export function remainsIn(office: Office): Remains {
  const folder = join(office.folder, '.vanta-sync')
  const names = (below: string): string[] => (existsSync(join(folder, below)) ? readdirSync(join(folder, below)) : [])
  return {
    daemons: rowsOf(office, 'SELECT id FROM daemon'),
    running: rowsOf(office, "SELECT id FROM run WHERE status = 'running'"),
    scratch: names('scratch'),
    leases: names('leases').filter((name) => name.endsWith('.json')),
  }
}

export const NOTHING: Remains = { daemons: [], running: [], scratch: [], leases: [] }

function rowsOf(office: Office, sql: string): string[] {
  return inState(office, (database) => database.prepare(sql).all()).map((row) => String(row['id']))
}

/** For what time alone would do: a beat that is old, a slot that was missed. */
export function inState<T>(office: Office, work: (database: ReturnType<typeof openDatabase>) => T): T {
  const database = openDatabase(join(office.folder, '.vanta-sync', 'state.db'))
  try {
    return work(database)
  } finally {
    database.close()
  }
}
