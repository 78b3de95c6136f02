/** What a connector is given, whether it is read or only checked. */
import type { Clock } from '../clock.ts'
import type { CheckContext } from '../connector.ts'
import { ConfigError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Transport } from '../network/transport.ts'
import type { ReadableSource } from '../resource.ts'

export interface Surroundings {
  readonly clock: Clock
  readonly log: Log
  readonly transport: Transport
  readonly zone: string
  /** Folder for temporary files; whoever asks removes it. */
  readonly scratch: string
  readonly signal: AbortSignal
}

/** With secrets resolved afresh. @throws ConfigError when one cannot be had */
export async function checkContextOf(
  source: ReadableSource,
  { clock, log, transport, zone, scratch, signal }: Surroundings,
): Promise<CheckContext> {
  const proxyFor = transport.proxyFor?.bind(transport)
  return {
    options: await source.options(signal),
    log,
    signal,
    clock,
    zone,
    scratch,
    fetch: transport.fetch,
    fetchTrusting: (caFile) => fetchTrusting(transport, caFile),
    ...(proxyFor === undefined ? {} : { proxyFor }),
  }
}

async function fetchTrusting({ trusting }: Transport, caFile: string): Promise<typeof globalThis.fetch> {
  if (trusting === undefined) throw new ConfigError('no-ca', `this transport cannot trust ${caFile}`)
  return trusting(caFile)
}
