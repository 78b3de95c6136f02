/** Ends a statement on the server while its connection is busy: PostgreSQL takes that word on a second one. */
import type { Client, Connection } from 'pg'
import { atMost } from './abort.ts'
import type { Target } from './target.ts'
import { serverName, type TlsTrust } from './tls.ts'

/** What the driver has, and its types leave out. */
export interface Wire {
  readonly stream: { destroy(): void }
}

export function wireOf(client: Client): Wire {
  return (client as unknown as { readonly connection: Wire }).connection
}

interface CancelConnection extends Wire {
  connect(portOrPath: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
  on(event: string, listener: () => void): void
}

interface CancelHow {
  /** How long the server has. */
  readonly timeoutMs: number
  readonly target: Target
  readonly trust: TlsTrust | undefined
}

/** Resolves when the server has taken the word, or had its time. */
export async function cancelStatement(client: Client, Wired: typeof Connection, how: CancelHow): Promise<void> {
  const { target, trust, timeoutMs } = how
  const { processID, secretKey } = client as unknown as { processID: number | null; secretKey: number | null }
  if (processID === null || secretKey === null) return
  const servername = serverName(target)
  const ssl = trust === undefined ? false : { ...trust, ...(servername !== undefined && { servername }) }
  const wire = new Wired({ ssl }) as unknown as CancelConnection
  const ended = new Promise<void>((resolve) => {
    wire.on('error', () => wire.stream.destroy())
    wire.on('end', resolve)
    wire.on('connect', () => (ssl === false ? wire.cancel(processID, secretKey) : wire.requestSsl()))
    wire.on('sslconnect', () => wire.cancel(processID, secretKey))
  })
  if (target.isSocket) wire.connect(`${target.host}/.s.PGSQL.${target.port}`)
  else wire.connect(target.port, target.host)
  await atMost(timeoutMs, ended)
  wire.stream.destroy()
}
