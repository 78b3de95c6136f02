import type { VantaRecord } from '../../schemas/resource-type.ts'
import { createSession } from '../../core/run/session.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { listenTo } from '../listen.ts'
import { table } from '../render/paint.ts'
import { chooseResource, withWorkplace } from '../workplace.ts'
import { durationOf } from './run.ts'

const SHOWN = 200

/** What Vanta holds of a resource now; takes the lease, since it needs a token. */
export async function remoteCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name: string; flags: { deleted?: boolean; wait: string } },
): Promise<number> {
  return withWorkplace(io, options, {
    emit: listenTo(io, options),
    async work(context) {
      const resource = chooseResource(context.settings, name)
      const session = createSession({
        context,
        application: resource.application,
        purpose: 'remote',
        waitMs: durationOf(flags.wait, '--wait'),
      })
      try {
        const client = await session.client()
        const resources: VantaRecord[] = []
        for (const resourceId of resource.resourceIds) {
          const rows = await client.fetchRecords(resource.type.path, resourceId, { put: 0, get: 0 })
          resources.push(
            ...rows.filter(
              (row) => flags.deleted === true || row['deletedAt'] === undefined || row['deletedAt'] === null,
            ),
          )
        }
        if (options.json)
          io.out(`${JSON.stringify({ command: 'remote', exitCode: 0, resource: name, resources }, null, 2)}\n`)
        else io.out(remoteText(resources))
        return 0
      } finally {
        await session.close()
      }
    },
  })
}

function remoteText(rows: readonly VantaRecord[]): string {
  const lines = rows
    .slice(0, SHOWN)
    .map((row) => [
      text(row['uniqueId']),
      text(row['displayName']),
      text(row['status']),
      row['deletedAt'] ? `deleted ${text(row['deletedAt'])}` : '',
    ])
  const more = rows.length > SHOWN ? [`… and ${rows.length - SHOWN} more (--json shows all)`] : []
  return `${[...table(lines), ...more, `${rows.length} records`].join('\n')}\n`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
