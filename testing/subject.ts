import { type Clock, HOUR, systemClock } from '../core/clock.ts'
import type { Connector } from '../core/connector.ts'
import type { TransportOptions } from '../core/network/transport.ts'
import { checkOptions, type OptionProblem, resolveOptions } from '../core/options.ts'
import type { ConnectorFixture, FixtureSource } from './fixture.ts'

/** What the checks read: a connector and its options, again and again. */
export interface Subject {
  readonly connector: Connector
  readonly clock: Clock
  readonly zone: string
  /** Proxies and certificates of its connections. Default: those of the environment. */
  readonly network?: TransportOptions
  /** Secrets resolved and paths absolute, afresh at each call. */
  options(signal: AbortSignal): Promise<unknown>
}

/** An hour ahead, so that files which the fixture has just written have come to rest; waits take their time. */
const LATER: Clock = { now: () => systemClock.now() + HOUR, sleep: systemClock.sleep }

/** @throws Error when the options do not pass the connector's own schema */
export function subjectOf(
  { connector }: ConnectorFixture,
  source: FixtureSource,
  written: Readonly<Record<string, unknown>> = source.options,
): Subject {
  const { options, problems } = checkOptions(connector.options, written)
  if (problems.length > 0)
    throw new Error(`the options of the fixture do not pass the schema: ${sayProblems(problems)}`)
  const baseDir = source.baseDir ?? process.cwd()
  return {
    connector,
    clock: LATER,
    zone: 'UTC',
    options: (signal) => resolveOptions(options, { schema: connector.options, baseDir, signal }),
  }
}

/** `path: is missing; expected a value`. */
export function sayProblems(problems: readonly OptionProblem[]): string {
  const sentences = problems.map(({ path, message, expected }) => {
    const tail = expected === undefined ? '' : `; expected ${expected}`
    return `${path.join('.')} ${message}${tail}`
  })
  return sentences.join(' · ')
}
