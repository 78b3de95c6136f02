/** The settings that hold now, and how others take their place: only whole ones do. */
import type { Log } from '../core/log.ts'
import type { Settings } from '../core/resource.ts'

export type Loaded = { readonly settings: Settings } | { readonly problems: readonly string[] }

export interface Configuration {
  readonly current: Settings
  /** The first mistake of a newer configuration that was not taken. */
  readonly problem: string | undefined
  /** Reads it anew; takes it when it is valid, else reports every mistake and keeps the old one. Never throws. */
  reload(why: string): Promise<void>
}

export interface ConfigurationOptions {
  readonly settings: Settings
  readonly log: Log
  load(): Promise<Loaded>
  /** Others were taken, or refused: whoever shows or keeps them looks again. */
  changed(): void
}

export function createConfiguration({ settings, log, load, changed }: ConfigurationOptions): Configuration {
  const first = settings
  let current = settings
  let problem: string | undefined

  async function reload(why: string): Promise<void> {
    const loaded = await load().catch((error: unknown) => ({ problems: [String(error)] }))
    if ('problems' in loaded) {
      problem = loaded.problems[0]
      for (const sentence of loaded.problems) log.error(`the configuration is not taken: ${sentence}`, { why })
      changed()
      return
    }
    current = loaded.settings
    problem = undefined
    for (const warning of current.warnings) log.warn(warning)
    for (const key of needsRestart(first, current)) {
      log.warn(`${key} was changed: it is taken at the next start of the daemon`, { why })
    }
    log.info('configuration taken', { why, hash: current.hash, resources: current.resources.length })
    changed()
  }

  return {
    get current() {
      return current
    },
    get problem() {
      return problem
    },
    reload,
  }
}

/** What is opened once: the state, and where the daemon listens. */
function needsRestart(before: Settings, after: Settings): string[] {
  return [
    ...(before.state.path === after.state.path ? [] : ['state.path']),
    ...(listening(before) === listening(after) ? [] : ['where the server listens']),
  ]
}

function listening({ server }: Settings): string {
  return JSON.stringify([server.host, server.port, server.tls, server.behindProxy, server.probe])
}
