import type { CheckContext } from '../../core/connector.ts'

type Shared = Pick<CheckContext, 'fetch' | 'signal' | 'clock' | 'log' | 'proxyFor'>

/** What a request needs of the context of a connector, which is one itself. */
export interface HttpContext extends Shared {
  /** Awaited before each attempt, as by `createPace`. */
  readonly pace?: (signal: AbortSignal) => Promise<void>
  /** From 0 to 1, for the jitter of waits. Default: Math.random. */
  readonly random?: () => number
}

/**
 * The context whose requests also trust the certificates of a file.
 * @param caFile path of a PEM file; undefined: the usual authorities alone
 * @throws ConfigError when the file cannot be read or holds no certificate
 */
export async function trustingContext(context: CheckContext, caFile: string | undefined): Promise<HttpContext> {
  if (caFile === undefined) return context
  return { ...context, fetch: await context.fetchTrusting(caFile) }
}
