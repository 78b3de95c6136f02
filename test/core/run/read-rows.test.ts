import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { type Connector, defineConnector } from '../../../core/connector.ts'
import { silentLog } from '../../../core/log.ts'
import { readRows, type RowsRequest } from '../../../core/run/read-rows.ts'
import { createFakeClock } from '../../support/fake-clock.ts'

const NOW = Date.UTC(2026, 10, 23)

/** Two rows, and what its `finally` does. */
function connectorThat(close: () => Promise<void> | void): Connector {
  return defineConnector({
    apiVersion: 1,
    name: 'two',
    options: { type: 'object', properties: {} },
    async *read() {
      try {
        yield { at: '1', fields: { a: '1' } }
        yield { at: '2', fields: { a: '2' } }
        return { complete: true, rows: 2, asOf: new Date(NOW), evidence: 'end' }
      } finally {
        await close()
      }
    },
  })
}

function requestOf(connector: Connector, change: Partial<RowsRequest>): RowsRequest {
  return {
    source: { name: 'people', connector, options: async () => ({}) },
    now: NOW,
    timeoutMs: 60_000,
    clock: systemClock,
    log: silentLog,
    transport: { fetch: globalThis.fetch },
    zone: 'UTC',
    scratch: '/nowhere',
    signal: new AbortController().signal,
    onColumns: () => [],
    onRow: () => undefined,
    onEnd: () => [],
    onProgress: () => undefined,
    ...change,
  }
}

function atFirstRow(): never {
  throw new Error('enough')
}

describe('a connector that is left in the middle of a read', () => {
  it('closes what it has opened', async () => {
    let isClosed = false
    const connector = connectorThat(() => void (isClosed = true))
    await expect(readRows(requestOf(connector, { onRow: atFirstRow }))).rejects.toThrow(
      /people could not be read: enough/,
    )
    expect(isClosed).toBe(true)
  })

  it('closes it also when the run is aborted between two rows', async () => {
    const stop = new AbortController()
    let isClosed = false
    const connector = connectorThat(() => void (isClosed = true))
    const request = requestOf(connector, { signal: stop.signal, onRow: () => stop.abort(new Error('stopped')) })
    await expect(readRows(request)).rejects.toThrow('stopped')
    expect(isClosed).toBe(true)
  })

  it('does not hide why it was left when closing fails', async () => {
    const connector = connectorThat(() => Promise.reject(new Error('cannot close')))
    await expect(readRows(requestOf(connector, { onRow: atFirstRow }))).rejects.toThrow(/enough/)
  })

  it('is not waited for when it never ends', async () => {
    const clock = createFakeClock(NOW)
    const connector = connectorThat(() => new Promise(() => undefined))
    const reading = readRows(requestOf(connector, { clock, onRow: atFirstRow })).catch((error: unknown) => error)
    await expect.poll(() => clock.slept).toContain(5000)
    await clock.advance(5000)
    expect(await reading).toMatchObject({ message: 'people could not be read: enough' })
  })
})
