import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, it } from 'vitest'

/** Why a service cannot be used on this machine, as the end of a sentence; undefined when it can. */
export type Probe = () => string | undefined

/**
 * A suite that needs something of the machine: a browser, a directory server. Where it is missing the suite is skipped,
 * with the reason printed, or fails when VANTA_SYNC_FORBID_SKIPS is set, as it is where everything is installed: a suite
 * that silently stopped running is worse than one that fails.
 */
export function describeWithService(name: string, probe: Probe, fn: () => void): void {
  const missing = probe()
  if (missing === undefined) {
    describe(name, fn)
    return
  }
  if (process.env['VANTA_SYNC_FORBID_SKIPS']) {
    describe(name, () => {
      it('finds the service that it needs', () => {
        throw new Error(`${missing}, and VANTA_SYNC_FORBID_SKIPS forbids to skip what needs it`)
      })
    })
    return
  }
  process.stderr.write(`skipped: ${name}: ${missing}\n`)
  describe.skip(`${name} (${missing})`, fn)
}

/** A probe for programs, each of which must be on PATH or in a folder where Debian keeps servers. */
export function programs(...names: readonly string[]): Probe {
  return () => {
    const missing = names.filter((name) => !findProgram(name))
    return missing.length === 0 ? undefined : `${missing.join(' and ')} not installed`
  }
}

/** The path of an installed program; undefined when there is none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
