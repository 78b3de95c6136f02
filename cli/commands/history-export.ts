import { DAY } from '../../core/clock.ts'
import { UsageError } from '../../core/errors.ts'
import { type ExportFormat, exportHistory } from '../../core/history/export.ts'
import { createDateReader } from '../../core/mapping/dates.ts'
import type { Settings } from '../../core/resource.ts'
import { scopeOf } from '../../core/run/target.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { withStateOnly } from '../state-only.ts'
import { chooseResource } from '../workplace.ts'

interface ExportFlags {
  readonly format: ExportFormat
  readonly name?: string
  readonly since?: string
  readonly until?: string
}

/** The whole history to standard output, as it is read. */
export async function exportCommand(io: Io, options: GlobalOptions, flags: ExportFlags): Promise<number> {
  if (options.json) {
    throw new UsageError('format', '--json prints one document, and --format prints lines', {
      hint: 'Use --format jsonl for programs.',
    })
  }
  const { format, name, since, until } = flags
  return withStateOnly(io, options, async ({ state, settings }) => {
    const between = {
      ...(since === undefined ? {} : { since: instantOf(settings, since, '--since') }),
      ...(until === undefined ? {} : { until: endOf(settings, until) }),
    }
    const only = name === undefined ? {} : { only: { chain: scopeOf(settings, chooseResource(settings, name)) } }
    for await (const part of exportHistory(state, format, { ...only, ...between })) {
      io.signal.throwIfAborted()
      io.out(part)
    }
    return 0
  })
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** A day is in it whole. */
function endOf(settings: Settings, text: string): number {
  const instant = instantOf(settings, text, '--until')
  if (!DATE.test(text)) return instant
  const next = new Date(Date.parse(text) + DAY).toISOString().slice(0, 10)
  return instantOf(settings, next, '--until')
}

function instantOf({ zone }: Settings, text: string, flag: string): number {
  const instant = createDateReader(zone).iso(text)
  if (instant !== undefined) return instant
  throw new UsageError('date', `${flag} takes a date such as 2026-01-31, or 2026-01-31T08:00Z, not "${text}"`)
}
