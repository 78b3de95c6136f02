/** Where a scenario is played: one sandbox and one state over all its days, and a runner's process that can die. */
import { EventEmitter, once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { isSyncError, SyncError } from '../../core/errors.ts'
import type { Log, LogFacts } from '../../core/log.ts'
import { compileMapping } from '../../core/mapping/compile.ts'
import type { ApplicationSpec, ResourceSpec, Settings } from '../../core/resource.ts'
import type { RunContext } from '../../core/run/context.ts'
import type { RunDocument } from '../../core/run/document.ts'
import type { RunCommand } from '../../core/run/run-options.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'
import { Secret } from '../../core/secret.ts'
import type { State } from '../../core/state/state.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import { resourceType } from '../../schemas/resource-types.ts'
import { createScenarioClock, type ScenarioClock, turn } from './clock.ts'
import { createMortal, type Mortal, type Touch } from './mortal.ts'
import type { Ending, ResourceScript, Scenario } from './scenario.ts'
import { createSource, type SourceScript } from './sources.ts'
import type { Subject } from './subject.ts'
import { createProcessWatch } from './process-watch.ts'
import type { Violation } from './violation.ts'
import { type Commit, createWitness, type Witness } from './look.ts'

export interface Lab {
  readonly sandbox: Sandbox
  /** The right time, by which Vanta goes. */
  readonly clock: ScenarioClock
  /** The time as the machine sees it. */
  readonly ownClock: Clock
  readonly witness: Witness
  /** Everything that was said where no personal data belongs. */
  readonly said: string[]
  state(): State
  settings(): Settings
  context(): RunContext
  resource(name: string): ResourceSpec
  setResourceIds(name: string, resourceIds: readonly string[]): void
  jump(ms: number): void
  /** Secrets that are known here from now on are those of today. */
  learnSecrets(): void
  reopen(): Promise<void>
  run(options: LabRun): Promise<LabResult>
  close(): Promise<void>
}

export interface LabRun {
  readonly command: RunCommand
  readonly runId: string
  readonly resources: readonly ResourceSpec[]
  readonly ending: Ending
}

export interface LabResult {
  /** Absent when the process did not live to tell. */
  readonly document: RunDocument | undefined
  /** `lost`: its lock file was deleted. */
  readonly ended: 'normally' | 'killed' | 'stopped' | 'lost'
  /** What the ending was tried at, when it came to that. */
  readonly endedAt: string | undefined
  /** Requests that came after the lock file was gone. */
  readonly requestsAfterLoss: number
  readonly startedAt: number
}

const MAP = {
  uniqueId: '{{ id }}',
  externalUrl: 'https://hr.example.com/people/{{ id }}',
  fullName: '{{ name }}',
  displayName: '{{ name }}',
  accountName: '{{ id }}',
  permissionLevel: { from: 'role', values: { Admin: 'ADMIN', User: 'BASE' } },
  createdTimestamp: '2024-01-02T03:04:05Z',
  status: '{{ status }}',
  authMethod: 'SSO',
  mfaEnabled: null,
  mfaMethods: [],
}

export interface LabOptions {
  readonly scenario: Scenario
  readonly subject: Subject
  script(resource: string, source: number): SourceScript
  onCommit(commit: Commit): void
  /** Where those who watch put what they found while the run went on. */
  readonly found: Violation[]
}

export async function openLab({ scenario, subject, script, onCommit, found }: LabOptions): Promise<Lab> {
  const memory = '/dev/shm'
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'vanta-sync-faults-'))
  const clock = createScenarioClock()
  let wrong = 0
  const ownClock = clock.wrongBy(() => wrong)
  const witness = createWitness(() => sandbox.control, onCommit)
  const sandbox = await startSandbox({
    clock,
    applications: Array.from({ length: scenario.applications }, () => ({})),
    onRequest: (entry) => witness.note(entry),
  })
  const secrets: string[] = sandbox.applications.map(({ clientSecret }) => clientSecret)
  const said: string[] = []
  const transport = await subject.openTransport()
  let settings = settingsOf({ scenario, folder, sandbox, secrets, script })
  const leases = createProcessWatch(found)
  let raw = leases.watch(await open())
  let mortal = createMortal({ state: raw, transport }, async () => undefined)

  async function open(): Promise<State> {
    const path = join(folder, 'state')
    return subject.openState({ path, allowNetworkFs: false, clock: ownClock })
  }

  function contextOf(process: Mortal, signal: AbortSignal): RunContext {
    return {
      settings: settings,
      state: process.state,
      transport: process.transport,
      clock: ownClock,
      log: logInto(said),
      signal,
      emit: subject.emit((event) => said.push(JSON.stringify(event))),
    }
  }

  async function reopen(): Promise<void> {
    await raw.close()
    raw = leases.watch(await open())
    mortal = createMortal({ state: raw, transport }, async () => undefined)
  }

  /** As the operating system does it for a process that is gone. */
  async function bury(): Promise<void> {
    mortal.die()
    await leases.bury()
    await reopen()
  }

  async function run(options: LabRun): Promise<LabResult> {
    const startedAt = clock.now()
    const abort = new AbortController()
    const end: { -readonly [Key in 'ended' | 'endedAt']: LabResult[Key] } = { ended: 'normally', endedAt: undefined }
    let loss: (() => number) | undefined
    const death = new EventEmitter()
    const killed = once(death, 'killed').then(() => 'killed' as const)
    const { ending } = options
    let spent = false

    async function onTouch(touch: Touch): Promise<void> {
      if (spent || ending === undefined || !isMoment(ending, touch, leases.live)) return
      spent = true
      end.endedAt = `${touch.when} ${touch.what}`
      if (ending.how === 'rival') return leases.rival(open)
      if (ending.how === 'stopped') {
        end.ended = 'stopped'
        abort.abort(new SyncError(143, 'terminated', 'The run was ended by SIGTERM'))
      } else if (ending.how === 'lock deleted') {
        end.ended = 'lost'
        loss = countAfterLoss(witness, leases.whenReleased)
        deleteLocks(join(folder, 'state', 'leases'))
      } else {
        end.ended = 'killed'
        mortal.die()
        death.emit('killed')
      }
    }

    mortal = createMortal({ state: raw, transport }, onTouch)
    const running = subject
      .run({
        context: contextOf(mortal, abort.signal),
        command: options.command,
        resources: options.resources,
        waitMs: 60_000,
        runId: options.runId,
        startedBy: 'scenario',
        toolVersion: '0',
        itemLimit: 0,
      })
      .catch((error: unknown) => {
        if (end.ended === 'stopped' && isSyncError(error) && error.exitCode === 143) return undefined
        throw error
      })
    const result = await Promise.race([running, killed])
    if (result === 'killed') await bury()
    await drain()
    return {
      document: result === 'killed' ? undefined : result,
      ...end,
      requestsAfterLoss: loss?.() ?? 0,
      startedAt,
    }
  }

  /** Until the sandbox has nothing under way any more: what comes late belongs to the run that sent it. */
  async function drain(): Promise<void> {
    for (let rounds = 0; rounds < 2000; rounds++) {
      if (total() === witness.ended) return
      await turn()
    }
    throw new Error('a request of the sandbox did not end')
  }

  function total(): number {
    return sandbox.control.requests().at(-1)?.number ?? 0
  }

  return {
    sandbox,
    clock,
    ownClock,
    witness,
    said,
    state: () => raw,
    settings: () => settings,
    context: () => contextOf(mortal, new AbortController().signal),
    resource: (name) => resourceIn(settings, name),
    setResourceIds(name, resourceIds) {
      const resources = settings.resources.map((each) => (each.name === name ? { ...each, resourceIds } : each))
      settings = { ...settings, resources }
    },
    jump: (ms) => void (wrong += ms),
    learnSecrets() {
      for (const [index, { clientSecret }] of sandbox.applications.entries()) secrets[index] = clientSecret
    },
    reopen,
    run,
    async close() {
      await transport.close()
      await leases.bury()
      await raw.close()
      await sandbox.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isMoment(ending: NonNullable<Ending>, { count, when, what }: Touch, leases: number): boolean {
  if (count < ending.touch || when !== (ending.how === 'killed after' ? 'after' : 'before')) return false
  // Deleted between the proof and the request that it is for, nobody could notice.
  return (ending.how !== 'lock deleted' && ending.how !== 'rival') || (what !== 'fetch' && leases > 0)
}

/** Tokens and PUTs that were asked for from now on until the run gives its lease back. */
function countAfterLoss(witness: Witness, whenReleased: (tell: () => void) => void): () => number {
  const from = witness.requests.length
  let until = Infinity
  whenReleased(() => {
    until = Math.min(until, witness.requests.length)
  })
  return () => witness.requests.slice(from, until).filter(({ method }) => method !== 'GET').length
}

function deleteLocks(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith('.lock')) rmSync(join(folder, name))
}

function resourceIn({ resources }: Settings, name: string): ResourceSpec {
  const found = resources.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no resource ${name}`)
  return found
}

interface SettingsOf {
  readonly scenario: Scenario
  readonly folder: string
  readonly sandbox: Sandbox
  readonly secrets: readonly string[]
  script(resource: string, source: number): SourceScript
}

function settingsOf({ scenario, folder, sandbox, secrets, script }: SettingsOf): Settings {
  const registry = createSecretRegistry()
  const scopes = ['connectors.self:write-resource', ...(scenario.canRead ? ['connectors.self:read-resource'] : [])]
  const applications = sandbox.applications.map(
    ({ clientId }, index): ApplicationSpec => ({
      name: `application-${index}`,
      clientId,
      clientSecret: { describe: '{ env: SECRET }', resolve: async () => secretOf(registry, secrets[index] ?? '') },
      scopes,
    }),
  )
  const resources = scenario.resources.map((each): ResourceSpec => resourceOf(each, applications, script))
  return {
    file: join(folder, 'vanta.config.yaml'),
    hash: 'hash',
    vanta: { baseUrl: sandbox.url, limits: { tokenRequests: 5, resourceRequests: 20 } },
    zone: 'UTC',
    applications,
    connectors: [],
    resources,
    state: { path: join(folder, 'state'), allowNetworkFs: false },
    server: { host: '127.0.0.1', port: 8400, behindProxy: false, users: [] },
    notify: [],
    warnings: [],
    secrets: registry,
  }
}

/** As the configuration resolves it: known to whatever scrubs texts. */
function secretOf(registry: Settings['secrets'], value: string): Secret {
  const secret = new Secret(value)
  registry.add(secret)
  return secret
}

function resourceOf(
  each: ResourceScript,
  applications: readonly ApplicationSpec[],
  script: (resource: string, source: number) => SourceScript,
): ResourceSpec {
  const type = resourceType('user_account', undefined)
  const application = applications[each.application]
  if (type === undefined || application === undefined) throw new Error('the scenario names what there is not')
  const compiled = compileMapping({ type, map: MAP, tables: {}, zone: 'UTC' })
  if ('problems' in compiled) throw new Error(compiled.problems.map((problem) => problem.message).join('; '))
  const sources = Array.from({ length: each.sources }, (_, source) => ({
    name: `source-${source}`,
    connector: createSource(each.name, source, script(each.name, source)),
    options: async () => ({}),
    mapping: compiled.mapping,
  }))
  return {
    name: each.name,
    application,
    type,
    resourceIds: each.resourceIds,
    sources,
    merge: each.merge,
    onInvalid: each.onInvalid,
    carryForMs: 400 * 24 * 3_600_000,
    guard: each.guard,
    verify: each.verify,
    ...(each.maxDataAgeMs === undefined ? {} : { maxDataAgeMs: each.maxDataAgeMs }),
    timeoutMs: 30_000,
  }
}

function logInto(said: string[]): Log {
  const say = (message: string, facts: LogFacts = {}): void => void said.push(`${message} ${JSON.stringify(facts)}`)
  return { debug: say, info: say, warn: say, error: say }
}
