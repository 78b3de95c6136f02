import { createTransport, type NetworkTransport, type TransportOptions } from '../core/network/transport.ts'

export type LazyTransport = Required<Pick<NetworkTransport, 'fetch' | 'proxyFor' | 'trusting' | 'close'>>

/** A transport that opens at its first use: most sources need none, and reading certificates takes its time. */
export function createLazyTransport(options: TransportOptions): LazyTransport {
  let opening: Promise<NetworkTransport> | undefined
  let opened: NetworkTransport | undefined

  async function open(): Promise<NetworkTransport> {
    opened = await (opening ??= createTransport(options))
    return opened
  }

  return {
    async fetch(...request) {
      const { fetch } = await open()
      return fetch(...request)
    },
    proxyFor: (url) => opened?.proxyFor(url),
    async trusting(caFile) {
      return (await open()).trusting(caFile)
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}
