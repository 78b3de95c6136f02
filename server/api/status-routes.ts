import { UsageError } from '../../core/errors.ts'
import type { ResourceStatus } from '../../core/health/status.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { personOf } from '../rights.ts'
import { rowDocument, statusDocument } from './documents.ts'
import type { ApiCall, ApiRoute } from './route.ts'
import { ref } from './route.ts'
import { list, object, text } from './schemas.ts'

const LATEST = 20

const reason = { ...text, minLength: 1, description: 'Why; an auditor will read it.' }
const closed = { additionalProperties: false }

export const STATUS_ROUTES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/status',
    id: 'showStatus',
    summary: 'Show how everything is',
    needs: 'look',
    answer: { status: 200, description: 'The snapshot that the page shows, too.', schema: ref('Status') },
    handle: async ({ operator, mask }) => statusDocument(await operator.snapshot(), mask),
  },
  {
    method: 'get',
    path: '/resources/{name}',
    id: 'showResource',
    summary: 'Show a resource',
    needs: 'look',
    answer: {
      status: 200,
      description: `How it is, and how its latest ${LATEST} runs went.`,
      schema: object({ resource: ref('Resource'), runs: list(ref('ResourceRun')) }),
    },
    failures: [404],
    async handle(call) {
      const resource = await resourceOf(call)
      return { resource, runs: await rowsOf(call, LATEST, 0) }
    },
  },
  {
    method: 'get',
    path: '/resources/{name}/runs',
    id: 'listResourceRuns',
    summary: 'List how a resource fared, newest first',
    needs: 'look',
    query: {
      limit: { schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 }, description: 'At most so many.' },
      since: { schema: { type: 'string' }, description: 'An instant, as in 2026-11-23T09:30:00Z.' },
    },
    answer: { status: 200, description: 'A row for each run.', schema: object({ runs: list(ref('ResourceRun')) }) },
    failures: [404],
    async handle(call) {
      await resourceOf(call)
      return { runs: await rowsOf(call, Number(call.query['limit']), sinceOf(call)) }
    },
  },
  {
    method: 'post',
    path: '/resources/{name}/run',
    id: 'runResource',
    summary: 'Run a resource now',
    needs: 'approve',
    answer: { status: 202, description: 'It has begun.', schema: object({ runId: text }) },
    failures: [404, 409],
    handle: async ({ operator, visitor, params }) => ({
      runId: await operator.runNow(params['name'] ?? '', personOf(visitor)),
    }),
  },
  {
    method: 'post',
    path: '/resources/{name}/pause',
    id: 'pauseResource',
    summary: 'Pause a resource',
    description: 'Neither schedules nor runs touch it until the time is over.',
    needs: 'approve',
    body: {
      ...object({ reason, for: { ...text, description: 'How long: 30m, 12h, 7d.' } }),
      ...closed,
    },
    answer: { status: 200, description: 'It is paused.', schema: object({ resource: ref('Resource') }) },
    failures: [404],
    async handle(call) {
      const { operator, visitor, params, body } = call
      const forMs = durationOf(String(body['for']))
      await operator.pause({
        resource: params['name'] ?? '',
        by: personOf(visitor),
        reason: String(body['reason']),
        forMs,
      })
      return { resource: await resourceOf(call) }
    },
  },
  {
    method: 'post',
    path: '/resources/{name}/resume',
    id: 'resumeResource',
    summary: 'Resume a resource',
    needs: 'approve',
    body: { ...object({ reason }), ...closed },
    answer: { status: 200, description: 'It is no longer paused.', schema: object({ resource: ref('Resource') }) },
    failures: [404, 409],
    async handle(call) {
      const { operator, visitor, params, body } = call
      await operator.resume({ resource: params['name'] ?? '', by: personOf(visitor), reason: String(body['reason']) })
      return { resource: await resourceOf(call) }
    },
  },
]

/** @throws UsageError for what is no duration */
export function durationOf(written: string): number {
  const ms = parseDuration(written)
  if (ms !== undefined && ms > 0) return ms
  throw new UsageError('duration', `"${written.slice(0, 50)}" is no duration`, {
    hint: 'Write a number and m, h or d, as in 12h or 7d.',
  })
}

async function resourceOf({ operator, params, mask }: ApiCall): Promise<ResourceStatus> {
  const name = params['name'] ?? ''
  const { resources } = statusDocument(await operator.snapshot(), mask)
  const found = resources.find((resource) => resource.name === name)
  if (found !== undefined) return found
  throw new UsageError('unknown-resource', `There is no resource "${name.slice(0, 100)}"`, {
    hint: `There are: ${resources.map((resource) => resource.name).join(', ')}.`,
  })
}

async function rowsOf({ operator, params, mask }: ApiCall, limit: number, since: number): Promise<object[]> {
  const rows = await operator.state.runs.rows({ resource: params['name'] ?? '', limit, since })
  return rows.map((row) => rowDocument(row, mask))
}

function sinceOf({ query }: ApiCall): number {
  const { since } = query
  if (since === undefined) return 0
  const at = /^\d{4}-\d{2}-\d{2}T/.test(String(since)) ? Date.parse(String(since)) : Number.NaN
  if (Number.isNaN(at)) throw new UsageError('bad-request', 'since is no instant; write it as in 2026-11-23T09:30:00Z')
  return at
}
