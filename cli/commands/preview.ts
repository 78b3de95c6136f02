import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../core/clock.ts'
import type { Row } from '../../core/connector.ts'
import type { JoinedRows, MappedRow } from '../../core/mapping/mapping.ts'
import { peekJoined } from '../../core/run/read-joined.ts'
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
  /** Rows that were found in joined sources, by the name of each: the columns that are read of them. */
  readonly joined?: Readonly<Record<string, Row['fields']>>
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
      const seen: { seq: number; row: Previewed }[] = []
      await peekJoined(
        {
          source,
          now: systemClock.now(),
          timeoutMs: resource?.timeoutMs ?? 0,
          clock: systemClock,
          log,
          transport,
          zone: settings.zone,
          scratch,
          signal: io.signal,
          onRow: (row, mapped, { joined, seq }) => void seen.push({ seq, row: previewed(row, mapped, joined) }),
          onProgress: () => undefined,
        },
        limit,
      )
      seen.sort((a, b) => a.seq - b.seq)
      rows.push(...seen.map(({ row }) => row))
    }
  } finally {
    await transport.close()
    await rm(scratch, { recursive: true, force: true })
  }
  if (options.json) io.out(`${JSON.stringify({ command: 'preview', exitCode: 0, resource: name, rows }, null, 2)}\n`)
  else io.out(rows.map((row) => previewText(row, flags.raw === true, createPaint(io.colour))).join('\n'))
  return 0
}

function previewed({ at, fields }: Row, { uniqueId, record, problems }: MappedRow, joined: JoinedRows): Previewed {
  return {
    at,
    fields,
    ...(joined.size === 0 ? {} : { joined: Object.fromEntries(joined) }),
    ...(uniqueId === undefined ? {} : { uniqueId }),
    record,
    problems,
  }
}

function previewText({ at, fields, joined = {}, record, problems }: Previewed, raw: boolean, paint: Paint): string {
  const lines = [paint('bold', at)]
  if (raw) {
    lines.push(...valueLines(fields, '', paint))
    for (const [name, found] of Object.entries(joined)) lines.push(...valueLines(found, `${name}.`, paint))
  } else for (const [name, value] of Object.entries(record)) lines.push(`  ${name}: ${JSON.stringify(value)}`)
  for (const { field, message } of problems) lines.push(`  ${paint('yellow', '!')} ${paint('bold', field)}: ${message}`)
  return `${lines.join('\n')}\n`
}

function valueLines(fields: Row['fields'], prefix: string, paint: Paint): string[] {
  return Object.entries(fields).map(
    ([name, value]) => `  ${paint('dim', `${prefix}${name}`)} = ${JSON.stringify(value)}`,
  )
}
