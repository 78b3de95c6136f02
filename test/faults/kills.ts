/** Real processes, killed at any instant, and run again: nothing may need a hand. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../core/clock.ts'
import { verifyHistory } from '../../core/history/verify.ts'
import { openState } from '../../core/state/open.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import { createRandom, type Random } from '../../testing/chaos/random.ts'
import { lookAt, unionOf } from './look.ts'
import { bodyOf, createCrowd, type Crowd } from './people.ts'
import { countIn } from './play.ts'
import { Violation } from './violation.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const RESOURCE_ID = '66f1c2a9e4b0a1d2c3e4f567'

export interface KillOptions {
  readonly seed: number
  readonly kills: number
  /** Told after each kill and its recovery. */
  onKill?(done: number, where: string): void
}

export interface KillResult {
  readonly recoveries: number
  /** How often it was killed right after each step, and how often in between. */
  readonly where: ReadonlyMap<string, number>
  /** Runs that had ended before their time came. */
  readonly tooLate: number
}

interface Site {
  readonly folder: string
  readonly sandbox: Sandbox
  readonly crowd: Crowd
  readonly random: Random
  /** Requests of the sandbox that have come to their end. */
  ended(): number
}

/** @throws Violation */
export async function killAndRecover({ seed, kills, onKill }: KillOptions): Promise<KillResult> {
  const site = await openSite(seed)
  const where = new Map<string, number>()
  let tooLate = 0
  try {
    const clean = await watchRun(site, () => false)
    const steps = [...new Set(clean.steps)]
    for (let kill = 0; kill < kills; kill++) {
      const place = await killOnce(site, { steps, ms: clean.ms, turn: kill })
      if (place === undefined) tooLate++
      else countIn(where, place)
      await recover(site, kill)
      onKill?.(kill + 1, place ?? 'too late')
    }
    return { recoveries: kills, where, tooLate }
  } finally {
    await site.sandbox.stop()
    rmSync(site.folder, { recursive: true, force: true })
  }
}

async function openSite(seed: number): Promise<Site> {
  let ended = 0
  const limits = { tokenRequests: 100_000, resourceRequests: 100_000 }
  const sandbox = await startSandbox({ limits, onRequest: () => void ended++ })
  const folder = mkdtempSync(join(tmpdir(), 'vanta-sync-kills-'))
  writeFileSync(join(folder, 'vanta.config.yaml'), configOf(sandbox.url))
  const site = { folder, sandbox, crowd: createCrowd(40, 'E0'), random: createRandom(seed), ended: () => ended }
  exportPeople(site)
  return site
}

function configOf(baseUrl: string): string {
  return `vanta: { baseUrl: ${baseUrl}, limits: { tokenRequests: 100000, resourceRequests: 100000 } }
applications: { people-x: { clientId: { env: ID }, clientSecret: { env: SECRET } } }
connectors: { export: { use: csv, with: { path: ./people.csv } } }
resources:
  accounts:
    application: people-x
    type: user_account
    resourceId: ${RESOURCE_ID}
    from:
      - connector: export
        map:
          uniqueId: "{{ id }}"
          externalUrl: "https://hr.example.com/people/{{ id }}"
          fullName: "{{ name }}"
          displayName: "{{ name }}"
          accountName: "{{ id }}"
          permissionLevel: { from: role, values: { Admin: ADMIN, User: BASE } }
          createdTimestamp: "2024-01-02T03:04:05Z"
          authMethod: SSO
          mfaEnabled: null
          mfaMethods: []
    guard: { maxRemoved: 100%, maxChanged: 100%, maxAdded: 100% }
`
}

function exportPeople({ folder, crowd }: Site): void {
  const rows = crowd
    .people()
    .map((person) => [person.id, person.name, person.email, person.role, person.status].join(','))
  const path = join(folder, 'people.csv')
  writeFileSync(path, `${['id,name,email,role,status', ...rows].join('\n')}\n`)
  const rested = Date.now() / 1000 - 60
  utimesSync(path, rested, rested)
}

interface Watched {
  /** Null when a signal ended it. */
  readonly code: number | null
  /** What it had said, in order. */
  readonly steps: readonly string[]
  readonly ms: number
  readonly stderr: string
}

/** A run in a process of its own; `kills` is asked at each step and, with undefined, nothing is known. */
function watchRun(site: Site, kills: (step: string) => boolean, afterMs?: number): Promise<Watched> {
  const child = startRun(site)
  const started = performance.now()
  const steps: string[] = []
  let stderr = ''
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const step = stepOf(line)
      steps.push(step)
      if (kills(step)) child.kill('SIGKILL')
    }
  })
  const timer = afterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), afterMs)
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, steps, ms: performance.now() - started, stderr })
    })
  })
}

function startRun({ folder, sandbox }: Site): ChildProcess {
  const { PATH = '', HOME = folder } = process.env
  const { clientId, clientSecret } = sandbox.credentials
  return spawn(process.execPath, [MAIN, '--log-level', 'debug', 'run', '--wait', '0s'], {
    cwd: folder,
    env: { PATH, HOME, ID: clientId, SECRET: clientSecret },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** `stage push`, `answered put`, `token-minted`: what a line of the log is about. */
function stepOf(line: string): string {
  try {
    const { msg, stage, request } = JSON.parse(line) as Record<string, unknown>
    return [msg, stage, request].filter((each) => typeof each === 'string').join(' ')
  } catch {
    return 'a line that is no JSON'
  }
}

interface Moment {
  readonly steps: readonly string[]
  readonly ms: number
  /** Steps take turns, and every other kill is at a random instant. */
  readonly turn: number
}

/** @returns where it was killed; undefined when it had ended before */
async function killOnce(site: Site, { steps, ms, turn }: Moment): Promise<string | undefined> {
  const { crowd, random, sandbox } = site
  crowd.passTime(random)
  exportPeople(site)
  if (random.chance(0.3)) sandbox.control.fail({ method: random.pick(['PUT', 'GET']) }, { delay: random.below(150) })
  const step = turn % 2 === 0 ? steps[(turn / 2) % steps.length] : undefined
  const before = site.sandbox.control.requests().at(-1)?.number ?? 0
  const watched =
    step === undefined
      ? await watchRun(site, () => false, random.below(Math.ceil(ms)))
      : await watchRun(site, (said) => said === step)
  sandbox.control.clearFaults()
  await drained(site)
  if (watched.code !== null) return undefined
  const put = sandbox.control.requests().some(({ number, method }) => number > before && method === 'PUT')
  return step === undefined ? `at random, ${put ? 'after' : 'before'} its PUT` : `after "${step}"`
}

/** What a dead process has sent arrives before the next one starts. */
async function drained({ sandbox, ended }: Site): Promise<void> {
  while ((sandbox.control.requests().at(-1)?.number ?? 0) > ended())
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
}

/** @throws Violation */
async function recover(site: Site, kill: number): Promise<void> {
  const { code, stderr } = await watchRun(site, () => false)
  if (code !== 0)
    throw new Violation('recovery', `after kill ${kill} the next run ended with ${code}: ${stderr.slice(-600)}`)
  const held = unionOf(lookAt(site.sandbox.control), [RESOURCE_ID])
  const wrong = site.crowd.people().filter((person) => held.get(person.id) !== bodyOf(person)).length
  if (wrong > 0 || held.size !== site.crowd.people().length)
    throw new Violation('recovery', `after kill ${kill} Vanta is wrong about ${wrong} people of ${held.size}`)
  await judgeState(site, kill)
}

async function judgeState({ folder, sandbox }: Site, kill: number): Promise<void> {
  const path = join(folder, '.vanta-sync')
  const left = readdirSync(join(path, 'scratch'))
  if (left.length > 0) throw new Violation('recovery', `after kill ${kill} scratch is left behind: ${left.join(', ')}`)
  const state = await openState({ path, allowNetworkFs: false, clock: systemClock })
  try {
    const [last, killed] = await state.runs.list({ limit: 2 })
    if (last?.status !== 'finished' || last.outcome !== 'succeeded')
      throw new Violation('history', `after kill ${kill} the run that followed is ${last?.status} in the history`)
    if (killed?.status === 'running')
      throw new Violation('recovery', `kill ${kill} left a run that still counts as running`)
    const success = (killed?.resources ?? []).some(({ outcome }) => outcome === 'pushed')
    if (success && !sandbox.control.requests().some(({ method, status }) => method === 'PUT' && status === 200))
      throw new Violation('history', `after kill ${kill} the history says pushed, and nothing was`)
    const proof = await verifyHistory(state, [])
    if (!proof.holds) throw new Violation('history', `after kill ${kill} the chain of the history is broken`)
  } finally {
    await state.close()
  }
}
