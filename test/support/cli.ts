/** The built command as a user has it: its own process, in a folder with a config and an export, against a sandbox. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { ResourceDocument, RunDocument } from '../../core/run/document.ts'
import type { SandboxOptions } from '../../sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'dist', 'cli', 'main.js')

/** Long enough that nobody may still be writing it. */
const RESTED_MS = 60_000

export const ACCOUNTS = '66f1c2a9e4b0a1d2c3e4f567'

export type CsvRow = Readonly<Record<string, string>>

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  readonly result: Promise<CliResult>
  /** What it has printed so far. */
  said(): Pick<CliResult, 'stdout' | 'stderr'>
  kill(signal: NodeJS.Signals): void
}

export interface OfficeOptions {
  readonly sandbox?: SandboxOptions
  /** Lines below the resource, already indented by four. */
  readonly resource?: string
  /** The whole config instead. */
  readonly config?: (sandbox: Sandbox) => string
  readonly people?: readonly CsvRow[]
}

export interface Office {
  readonly folder: string
  readonly sandbox: Sandbox
  /** Variables that the command sees, on top of the few it needs. */
  readonly env: Record<string, string>
  start(...args: string[]): Running
  cli(...args: string[]): Promise<CliResult>
  /** With this on standard input, through a pipe; else it is empty. */
  piped(input: string | Buffer, ...args: string[]): Promise<CliResult>
  /** With `--json`. @throws when standard output is not one JSON document */
  json<T = RunDocument>(...args: string[]): Promise<T>
  /** A file that has rested, unless told otherwise. */
  write(path: string, text: string | Buffer, options?: { fresh?: boolean }): Promise<void>
  export(people: readonly CsvRow[]): Promise<void>
  /** Ids that Vanta holds alive. */
  held(): string[]
  /** Requests that Vanta saw: `POST /oauth/token 200`. */
  requests(): string[]
  close(): Promise<void>
}

export function person(number: number, change: CsvRow = {}): CsvRow {
  const id = `E-${1000 + number}`
  return {
    uniqueId: id,
    externalUrl: `https://hr.example.com/people/${id}`,
    fullName: `Person ${number}`,
    displayName: `Person ${number}`,
    accountName: `person${number}`,
    email: `person${number}@example.com`,
    permissionLevel: 'BASE',
    createdTimestamp: '2024-03-01T08:00:00Z',
    status: 'ACTIVE',
    mfaEnabled: 'TRUE',
    mfaMethods: 'PUSH_PROMPT,SMS',
    authMethod: 'PASSWORD',
    ...change,
  }
}

export function people(count: number, from = 1): CsvRow[] {
  return Array.from({ length: count }, (_, index) => person(index + from))
}

export function csvOf(rows: readonly CsvRow[]): string {
  const columns = Object.keys(rows[0] ?? person(1))
  const lines = rows.map((row) => columns.map((name) => cell(row[name] ?? '')).join(','))
  return `${[columns.join(','), ...lines].join('\n')}\n`
}

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function standardConfig(baseUrl: string, resource = ''): string {
  return `vanta:
  baseUrl: ${baseUrl}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  people-x-export:
    use: csv
    with: { path: ./people.csv }
resources:
  people-x-accounts:
    application: people-x
    type: user_account
    resourceId: ${ACCOUNTS}
    from: [{ connector: people-x-export }]
${resource}`
}

/** The one resource of a run's document. */
export function only(document: RunDocument): ResourceDocument {
  const [resource, ...others] = document.resources
  if (resource === undefined || others.length > 0) throw new Error(`not one resource: ${JSON.stringify(document)}`)
  return resource
}

export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const fault = inject('buildFault')
  if (fault !== '') throw new Error(fault)
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-office-'))
  const sandbox = await startSandbox({ limits: { tokenRequests: 1000, resourceRequests: 1000 }, ...options.sandbox })
  const env: Record<string, string> = {
    PEOPLE_X_CLIENT_ID: sandbox.credentials.clientId,
    PEOPLE_X_CLIENT_SECRET: sandbox.credentials.clientSecret,
  }
  const running = new Set<Running>()
  const begin = (args: readonly string[], input?: string | Buffer): Running => {
    const started = startCli(folder, env, { args, input })
    running.add(started)
    return started
  }
  const start = (...args: string[]): Running => begin(args)
  const cli = (...args: string[]): Promise<CliResult> => start(...args).result
  const write: Office['write'] = async (path, text, { fresh = false } = {}) => {
    const full = join(folder, path)
    await mkdir(dirname(full), { recursive: true })
    await writeFile(full, text)
    const rested = (Date.now() - RESTED_MS) / 1000
    if (!fresh) await utimes(full, rested, rested)
  }
  const text = options.config?.(sandbox) ?? standardConfig(sandbox.url, options.resource)
  await write('vanta.config.yaml', text)
  await write('people.csv', csvOf(options.people ?? people(3)))
  return {
    folder,
    sandbox,
    env,
    start,
    cli,
    piped: (input, ...args) => begin(args, input).result,
    async json<T>(...args: string[]) {
      const { stdout, stderr } = await cli('--json', ...args)
      try {
        return JSON.parse(stdout) as T
      } catch (cause) {
        throw new Error(`not one JSON document: ${stdout}\n${stderr}`, { cause })
      }
    },
    write,
    export: (rows) => write('people.csv', csvOf(rows)),
    held: () => aliveIds(sandbox),
    requests: () =>
      sandbox.control.requests().map(({ method, path, status }) => `${method} ${path.split('?')[0]} ${status}`),
    async close() {
      for (const each of running) each.kill('SIGKILL')
      await Promise.all([...running].map((each) => each.result))
      await sandbox.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Start {
  readonly args: readonly string[]
  readonly input: string | Buffer | undefined
}

function startCli(folder: string, given: Readonly<Record<string, string>>, { args, input }: Start): Running {
  const { PATH = '', HOME = folder, TMPDIR } = process.env
  const env = { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...given }
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const child = spawn(execPath, [MAIN, ...args], { cwd: folder, env, stdio: [stdin, 'pipe', 'pipe'] })
  // A command that does not read it to its end closes the pipe.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const result = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { pid: child.pid ?? 0, result, said: () => ({ stdout, stderr }), kill: (signal) => void child.kill(signal) }
}

function aliveIds(sandbox: Sandbox): string[] {
  const rows = sandbox.control.state().resources.flatMap(({ records }) => records)
  const alive = rows.filter((row) => row['deletedAt'] === null || row['deletedAt'] === undefined)
  return alive.map((row) => String(row['uniqueId'])).sort()
}

/** Every file below a folder, as text that keeps each byte. */
export async function textsBelow(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  if (!existsSync(folder)) return texts
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    texts.set(path, await readFile(path, 'latin1'))
  }
  return texts
}

/** Resolves when the check holds. One that asks somebody is asked less often: they have other work, too. */
export async function until(check: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs
  for (;;) {
    const answer = check()
    if (await answer) return
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, typeof answer === 'boolean' ? 10 : 50))
  }
}

export type Open = (options?: OfficeOptions) => Promise<Office>

/** For one test that runs beside others: what it opens is closed at its end. */
export async function offices(work: (open: Open) => Promise<void>): Promise<void> {
  const opened: Office[] = []
  try {
    await work(async (options) => {
      const office = await openOffice(options)
      opened.push(office)
      return office
    })
  } finally {
    await Promise.all(opened.map((office) => office.close()))
  }
}

/** The same for the usual case of one. */
export async function withOffice(options: OfficeOptions, work: (office: Office) => Promise<void>): Promise<void> {
  await offices(async (open) => work(await open(options)))
}
