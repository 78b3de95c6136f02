/** Opens the database of the kind that is configured. */
import type { Connect } from './database.ts'
import type { Kind } from './options.ts'

/** Each is loaded when it is used, and its driver with it. */
const KINDS: Readonly<Record<Kind, () => Promise<Connect>>> = {
  postgres: async () => (await import('./postgres.ts')).connectPostgres,
  mysql: async () => (await import('./mysql.ts')).connectMysql,
  mariadb: async () => (await import('./mysql.ts')).connectMysql,
  mssql: async () => (await import('./mssql.ts')).connectMssql,
  sqlite: async () => (await import('./sqlite.ts')).connectSqlite,
}

export const connect: Connect = async (context) => {
  const connectKind = await KINDS[context.options.kind]()
  context.signal.throwIfAborted()
  return connectKind(context)
}
