import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import { systemClock } from '../../core/clock.ts'
import type { Row } from '../../core/connector.ts'
import type { MappedRow } from '../../core/mapping/mapping.ts'
import { readSource } from '../../core/run/read-source.ts'
import { createTransport } from '../../core/network/transport.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint, type Paint } from '../render/paint.ts'
import { chooseResources, openConfig } from '../workplace.ts'

export interface PreviewFlags {
  readonly rows: string
  readonly raw?: boolean
}

interface Previewed {
  readonly at: string
  readonly fields: Row['fields']
  readonly uniqueId?: string
  readonly record: MappedRow['record']
  readonly problems: MappedRow['problems']
}

/** The first rows of a resource and the records they become; offline from Vanta, changes nothing. */
export async function previewCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name: string; flags: PreviewFlags },
): Promise<number> {
  const { settings, log } = await openConfig(io, options, 'check')
  const [resource] = chooseResources(settings, [name])
  const limit = Number(flags.rows)
  const transport = await createTransport({
    env: io.env,
    ...(settings.vanta.ca === undefined ? {} : { ca: settings.vanta.ca }),
  })
  const scratch = join(tmpdir(), `vanta-sync-preview-${randomUUID()}`)
  const rows: Previewed[] = []
  try {
    for (const source of resource?.sources ?? []) {
      const enough = new AbortController()
      const before = rows.length
      const reading = readSource({
        source,
        now: systemClock.now(),
        timeoutMs: resource?.timeoutMs ?? 0,
        clock: systemClock,
        log,
        transport,
        zone: settings.zone,
        scratch,
        signal: AbortSignal.any([io.signal, enough.signal]),
        onRow({ at, fields }, { uniqueId, record, problems }) {
          if (rows.length - before < limit)
            rows.push({ at, fields, record, problems, ...(uniqueId === undefined ? {} : { uniqueId }) })
          if (rows.length - before >= limit) enough.abort()
        },
        onBlank: () => undefined,
        onProgress: () => undefined,
      })
      await reading.catch((error: unknown) => {
        if (!enough.signal.aborted || io.signal.aborted) throw error
        log.debug('preview stopped reading', { why: messageOf(error) })
      })
    }
  } finally {
    await transport.close()
    await rm(scratch, { recursive: true, force: true })
  }
  if (options.json) io.out(`${JSON.stringify({ command: 'preview', exitCode: 0, resource: name, rows }, null, 2)}\n`)
  else io.out(rows.map((row) => previewText(row, flags.raw === true, createPaint(io.colour))).join('\n'))
  return 0
}

function previewText({ at, fields, record, problems }: Previewed, raw: boolean, paint: Paint): string {
  const lines = [paint('bold', at)]
  if (raw)
    for (const [name, value] of Object.entries(fields)) lines.push(`  ${paint('dim', name)} = ${JSON.stringify(value)}`)
  else for (const [name, value] of Object.entries(record)) lines.push(`  ${name}: ${JSON.stringify(value)}`)
  for (const { field, message } of problems) lines.push(`  ${paint('yellow', '!')} ${paint('bold', field)}: ${message}`)
  return `${lines.join('\n')}\n`
}
