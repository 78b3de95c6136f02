/** What the fixtures of database servers share: the way there can be cut or frozen in the middle of the rows. */
import { Secret } from '../../../core/secret.ts'
import type { FixtureMistake, FixtureSource } from '../../../testing/fixture.ts'
import { type CutProxy, startCutProxy } from '../../support/cut-proxy.ts'

export interface ServedSource extends FixtureSource {
  /** From now on the rows stop in the middle, and the connection stays open. */
  freeze(): void
}

export interface Served {
  readonly port: number
  readonly options: Readonly<Record<string, unknown>>
  readonly rows: number
  /** Bytes after which a read is amid its rows: more than a login takes. */
  readonly middle: number
  stop(): Promise<void>
}

export async function serveThroughProxy({ port, options, rows, middle, stop }: Served): Promise<ServedSource> {
  const proxy: CutProxy = await startCutProxy({ to: port })
  return {
    options: { ...options, port: proxy.port },
    rows,
    async cut() {
      proxy.cutAfter(middle)
    },
    freeze: () => proxy.freezeAfter(middle),
    async stop() {
      await proxy.close()
      await stop()
    },
  }
}

export const SERVER_MISTAKES: readonly FixtureMistake[] = [
  {
    says: 'a password that the server refuses',
    options: (good) => ({ ...good, password: new Secret('hunter2') }),
    fails: 'OperatorError',
    code: 'sql-login',
  },
  {
    says: 'a database that does not exist',
    options: (good) => ({ ...good, database: 'nobody' }),
    fails: 'ConfigError',
    code: 'sql-database',
  },
  {
    says: 'a table that does not exist',
    options: (good) => ({ ...good, query: 'select id, name from peeple' }),
    fails: 'ConfigError',
    code: 'sql-refused',
  },
  {
    says: 'two statements',
    options: (good) => ({ ...good, query: `${String(good['query'])}; select 1 as id` }),
    fails: 'ConfigError',
    code: 'sql-several',
  },
  {
    says: 'a port where nobody listens',
    options: (good) => ({ ...good, port: 1 }),
    fails: 'RetryLaterError',
    code: 'connection-refused',
  },
]
