/** The history as a table, for an auditor: the same lines that `vanta-sync history --format` prints. */
import { type ExportAsked, type ExportFormat, exportHistory } from '../../core/history/export.ts'
import { COLUMNS } from '../../core/history/lines.ts'
import { scopeOf } from '../../core/run/target.ts'
import type { ApiCall, ApiRoute } from './route.ts'

const query = { resource: { schema: { type: 'string' }, description: 'Only lines of it; all when left out.' } }

export const HISTORY_ROUTES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/history.csv',
    id: 'exportHistoryCsv',
    summary: 'Export the history as CSV',
    description: `A line for each resource of each run, newest first. Columns: ${COLUMNS.join(', ')}.`,
    needs: 'look',
    query,
    answer: { status: 200, description: 'CSV with a header line, in UTF-8.', type: 'text/csv' },
    handle: async (call) => download('csv', call),
  },
  {
    method: 'get',
    path: '/history.jsonl',
    id: 'exportHistoryJsonLines',
    summary: 'Export the history as JSON lines',
    description:
      'An object for each resource of each run, newest first, with the columns of the CSV; what is not known is left out.',
    needs: 'look',
    query,
    answer: { status: 200, description: 'A JSON object on each line.', type: 'application/jsonl' },
    handle: async (call) => download('jsonl', call),
  },
]

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8' }

function download(kind: ExportFormat, { operator, query: asked }: ApiCall): Response {
  const parts = exportHistory(operator.state, kind, askedOf(operator, asked['resource']))
  return new Response(streamOf(parts), {
    headers: {
      'content-type': TYPES[kind],
      'content-disposition': `attachment; filename="vanta-sync-history.${kind}"`,
    },
  })
}

function askedOf({ settings }: ApiCall['operator'], name: string | number | undefined): ExportAsked {
  if (name === undefined) return {}
  const resource = settings.resources.find((each) => each.name === name)
  return { only: resource === undefined ? { resource: String(name) } : { chain: scopeOf(settings, resource) } }
}

/** A part is made when the reader wants it. */
function streamOf(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
}
