import type { ConnectorFixture, FixtureSource } from './fixture.ts'

export interface SharedFixture extends ConnectorFixture {
  /** Stops the source that is shared. */
  close(): Promise<void>
}

/**
 * The same fixture, whose source is started once for many checks: reads change nothing, and a server takes its time to
 * start. A source that was cut is stopped by whoever cut it, and the next `start` makes a new one.
 */
export function shareSource(fixture: ConnectorFixture): SharedFixture {
  let shared: Promise<FixtureSource> | undefined

  async function startShared(): Promise<FixtureSource> {
    const starting = (shared ??= fixture.start())
    try {
      return await starting
    } catch (error) {
      if (shared === starting) shared = undefined
      throw error
    }
  }

  return {
    ...fixture,
    async start() {
      const source = await startShared()
      let isCut = false
      return {
        options: source.options,
        ...(source.baseDir === undefined ? {} : { baseDir: source.baseDir }),
        rows: source.rows,
        async cut() {
          isCut = true
          shared = undefined
          await source.cut()
        },
        async stop() {
          if (isCut) await source.stop()
        },
      }
    },
    async close() {
      const source = await shared?.catch(() => undefined)
      shared = undefined
      await source?.stop()
    },
  }
}
