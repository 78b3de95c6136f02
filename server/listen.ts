/** Takes an address, or says why it cannot be had. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError, messageOf } from '../core/errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** @param key of the configuration, for the remedy. @throws ConfigError */
export async function listen(server: Server, { host, port }: Address, key: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    throw cannotListen(error, { host, port }, key)
  }
}

/** `127.0.0.1:8400`, `[::1]:8400`: what was taken, a free port included. */
export function addressOf(server: Server, { host }: Address): string {
  return addressText({ host, port: (server.address() as AddressInfo).port })
}

function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function cannotListen(error: unknown, address: Address, key: string): ConfigError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const told = TOLD[code]
  const cause = told?.says(address) ?? messageOf(error)
  return new ConfigError('cannot-listen', `${addressText(address)} cannot be listened on: ${cause} (${code})`, {
    hint: told?.hint(address, key) ?? `Check host and port of ${key}.`,
    cause: error,
  })
}

interface Told {
  says(address: Address): string
  hint(address: Address, key: string): string
}

const NO_SUCH_HOST: Told = {
  says: ({ host }) => `the name ${host} has no address`,
  hint: (_, key) => `Set the host of ${key} to an address of this machine.`,
}

const TOLD: Readonly<Record<string, Told>> = {
  EADDRINUSE: {
    says: () => 'another program already listens there',
    hint: ({ port }, key) =>
      `Stop the other one (\`ss -ltnp "sport = :${port}"\` names it; it may be another vanta-sync start), or set another port in ${key}.`,
  },
  EACCES: {
    says: ({ port }) => (port < 1024 ? `ports below 1024 take rights that this user lacks` : 'it is not permitted'),
    hint: (_, key) => `Set a port of ${key} from 1024 on; a proxy in front may take the other one.`,
  },
  EADDRNOTAVAIL: {
    says: ({ host }) => `${host} is no address of this machine`,
    hint: (_, key) => `Set the host of ${key} to one that \`ip address\` lists, or to 0.0.0.0 for all of them.`,
  },
  ENOTFOUND: NO_SUCH_HOST,
  EAI_AGAIN: NO_SUCH_HOST,
}
