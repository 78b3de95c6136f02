import type { Connector } from '../core/connector.ts'

/** The built-in connectors by name. Each is loaded when it is used, so that nobody waits for drivers of others. */
export const BUILT_IN: Readonly<Record<string, () => Promise<Connector>>> = {
  csv: async () => (await import('./csv/index.ts')).csvConnector,
}
