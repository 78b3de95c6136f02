import type { Connector } from '../core/connector.ts'

/** The built-in connectors by name. Each is loaded when it is used, so that nobody waits for drivers of others. */
export const BUILT_IN: Readonly<Record<string, () => Promise<Connector>>> = {
  csv: async () => (await import('./csv/index.ts')).csvConnector,
  exec: async () => (await import('./exec/index.ts')).execConnector,
  json: async () => (await import('./json/index.ts')).jsonConnector,
  ldap: async () => (await import('./ldap/index.ts')).ldapConnector,
  rest: async () => (await import('./rest/index.ts')).restConnector,
  hris: async () => (await import('./hris/index.ts')).hrisConnector,
  sql: async () => (await import('./sql/index.ts')).sqlConnector,
  xlsx: async () => (await import('./xlsx/index.ts')).xlsxConnector,
}
