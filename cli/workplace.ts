/** What most commands need: the configuration, and with it state, transport and log. Undone in reverse. */
import { type ConfigProblem, formatProblem, loadConfig, type LoadResult } from '../config/load.ts'
import { hashModule } from '../connectors/hash-module.ts'
import { loadConnector } from '../connectors/load.ts'
import { systemClock } from '../core/clock.ts'
import { SyncError, UsageError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { ResourceSpec, Settings } from '../core/resource.ts'
import type { RunContext } from '../core/run/context.ts'
import type { Emit } from '../core/run/events.ts'
import { openState } from '../core/state/open.ts'
import { scrubbedState } from '../core/state/scrubbed.ts'
import { nearestName } from '../core/text/nearest.ts'
import { createTransport, type NetworkTransport } from '../core/network/transport.ts'
import type { GlobalOptions, Io } from './io.ts'
import { createLogger, createTerminalLog } from './logger.ts'

/** The configuration is wrong; carries every problem, for the document. */
export class ConfigProblems extends SyncError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(78, 'config', problems.map(formatProblem).join('\n'))
    this.problems = problems
  }
}

export interface LoadedConfig {
  readonly settings: Settings
  readonly log: Log
}

type SecretUse = 'check' | 'ignore' | 'leave'

/**
 * @param secrets `leave` goes on without any value that a reference does not lead to, for tests that push nothing
 * @throws ConfigProblems with every mistake at once
 */
export async function openConfig(io: Io, options: GlobalOptions, secrets: SecretUse): Promise<LoadedConfig> {
  const result = await readConfig(io, options, secrets)
  if ('problems' in result) throw new ConfigProblems(result.problems)
  const { settings } = result
  const plain = io.terminal && options.logLevel === undefined
  const level = options.quiet ? 'error' : (options.logLevel ?? 'info')
  return { settings, log: plain ? createTerminalLog(io.err) : createLogger({ write: io.err, level }) }
}

/** The same file again, as it is now; its secrets join those that the log knows already. */
export async function reloadConfig(
  io: Io,
  options: GlobalOptions,
): Promise<{ readonly settings: Settings } | { readonly problems: readonly string[] }> {
  const result = await readConfig(io, options, 'check')
  return 'problems' in result ? { problems: result.problems.map(formatProblem) } : result
}

async function readConfig(io: Io, options: GlobalOptions, secrets: SecretUse): Promise<LoadResult> {
  const statePath = io.env['VANTA_SYNC_STATE']
  return loadConfig({
    file: options.config,
    env: io.env,
    loadConnector,
    hashModule,
    secrets: secrets === 'leave' ? 'ignore' : secrets,
    unresolved: secrets === 'leave' ? 'leave' : 'refuse',
    registry: io.secrets,
    ...(statePath === undefined || statePath === '' ? {} : { statePath }),
    signal: io.signal,
  })
}

/** Proxies of the environment, certificates of the configuration. */
export async function openTransport(io: Io, { vanta }: Settings): Promise<NetworkTransport> {
  return createTransport({ env: io.env, ...(vanta.ca === undefined ? {} : { ca: vanta.ca }) })
}

/** Opens everything, does the work, and closes everything, whatever happens. */
export async function withWorkplace<T>(
  io: Io,
  options: GlobalOptions,
  { emit, work }: { emit: (log: Log) => Emit; work(context: RunContext): Promise<T> },
): Promise<T> {
  const { settings, log } = await openConfig(io, options, 'check')
  const clock = systemClock
  const transport = await openTransport(io, settings)
  try {
    const state = scrubbedState(await openState({ ...settings.state, clock }), settings.secrets)
    try {
      return await work({ settings, state, transport, clock, log, signal: io.signal, emit: emit(log) })
    } finally {
      await state.close()
    }
  } finally {
    await transport.close()
  }
}

/** The resources with these names, all when none is given. @throws UsageError with the nearest name */
export function chooseResources(settings: Settings, names: readonly string[]): readonly ResourceSpec[] {
  if (names.length === 0) return settings.resources
  return [...new Set(names)].map((name) => chooseResource(settings, name))
}

/** @throws UsageError with the nearest name */
export function chooseResource(settings: Settings, name: string): ResourceSpec {
  const found = settings.resources.find((resource) => resource.name === name)
  if (found !== undefined) return found
  const known = settings.resources.map((resource) => resource.name)
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? `The config has: ${known.join(', ')}.` : `Did you mean "${nearest}"?`
  throw new UsageError('unknown-resource', `There is no resource "${name}" in ${settings.file}`, { hint })
}
