import type { Connector, Proof, Row } from '../core/connector.ts'
import { systemClock } from '../core/clock.ts'
import { checkOptions, resolveOptions } from '../core/options.ts'
import { readWhole } from './reading.ts'
import { type LoggedLine, recordingLog } from './recording-log.ts'
import { sayProblems } from './subject.ts'

export interface ReadRows {
  readonly rows: readonly Row[]
  readonly proof: Proof | undefined
  /** What the connector announced; undefined when it announced nothing. */
  readonly columns: readonly string[] | undefined
  readonly logs: readonly LoggedLine[]
}

export interface ReadHow {
  /** Folder that relative paths are relative to. Default: the working directory. */
  readonly baseDir?: string
  /** IANA name. Default: UTC. */
  readonly zone?: string
  readonly signal?: AbortSignal
}

/**
 * Reads a connector to its end as a run would, and keeps everything: for an author's own tests.
 * @param options as a configuration has them, secrets as `Secret`
 * @throws what the read throws, and an Error when the schema refuses the options
 */
export async function readRows(
  connector: Connector,
  options: Readonly<Record<string, unknown>>,
  how: ReadHow = {},
): Promise<ReadRows> {
  const checked = checkOptions(connector.options, options)
  if (checked.problems.length > 0) throw new Error(`the schema refuses the options: ${sayProblems(checked.problems)}`)
  const { baseDir = process.cwd(), zone = 'UTC', signal = new AbortController().signal } = how
  const subject = {
    connector,
    clock: systemClock,
    zone,
    options: () => resolveOptions(checked.options, { schema: connector.options, baseDir }),
  }
  const rows: Row[] = []
  const logs: LoggedLine[] = []
  let columns: readonly string[] | undefined
  const watch = {
    log: recordingLog(logs),
    columns(names: readonly string[]) {
      columns = names
    },
    batch: (batch: readonly Row[]) => void rows.push(...batch),
  }
  const { proof } = await readWhole(subject, { signal, watch })
  return { rows, proof, columns, logs }
}
