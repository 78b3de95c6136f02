/** Metrics for node_exporter's textfile collector, where no daemon is there to be asked. */
import { randomBytes } from 'node:crypto'
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError, messageOf } from '../core/errors.ts'

/**
 * Replaces the file in one step, so that no reader ever sees half of it; readable by everybody.
 * @throws ConfigError `metrics-file`
 */
export async function writeMetricsFile(path: string, text: string): Promise<void> {
  // The collector reads files that end with .prom: this one does not.
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o644 })
    await chmod(temporary, 0o644)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new ConfigError('metrics-file', `The metrics cannot be written to ${path}: ${messageOf(error)}`, {
      hint: `metricsFile must be in a folder that exists and may be written to: look at ${dirname(path)}.`,
      cause: error,
    })
  }
}
