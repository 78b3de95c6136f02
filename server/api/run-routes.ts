import { UsageError } from '../../core/errors.ts'
import type { RunRecord } from '../../core/state/state.ts'
import { personOf } from '../rights.ts'
import { checkDocument, fullDocument, holdDocument, runDocument } from './documents.ts'
import type { ApiCall, ApiRoute } from './route.ts'
import { ref } from './route.ts'
import { list, object, text } from './schemas.ts'

const decided = {
  ...object({ reason: { ...text, minLength: 1, description: 'Why; an auditor will read it.' } }),
  additionalProperties: false,
}

export const RUN_ROUTES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/runs',
    id: 'listRuns',
    summary: 'List runs, newest first',
    needs: 'look',
    query: {
      limit: { schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 }, description: 'At most so many.' },
      resource: { schema: { type: 'string' }, description: 'Only runs of it.' },
      before: { schema: { type: 'string' }, description: 'Id of a run: those before it. `next` of the page before.' },
    },
    answer: {
      status: 200,
      description: 'A page of runs, without what they changed. `next` is there when there may be more.',
      schema: object({ runs: list(ref('Run')) }, { next: text }),
    },
    failures: [404],
    handle: listRuns,
  },
  {
    method: 'get',
    path: '/runs/{id}',
    id: 'showRun',
    summary: 'Show a run in full',
    needs: 'look',
    personal: true,
    answer: {
      status: 200,
      description: 'The run, and its document unless it goes on, was cut off, or its document was erased.',
      schema: object({ run: ref('Run') }, { document: ref('RunDocument') }),
    },
    failures: [404],
    async handle(call) {
      const { params, mask } = call
      const run = await runOf(call, params['id'] ?? '')
      const document = fullDocument(run, mask)
      return { run: runDocument(run, mask), ...(document === undefined ? {} : { document }) }
    },
  },
  {
    method: 'get',
    path: '/holds',
    id: 'listHolds',
    summary: 'List what is held',
    needs: 'look',
    answer: { status: 200, description: 'Live holds, newest first.', schema: object({ holds: list(ref('Hold')) }) },
    async handle({ operator }) {
      const holds = await operator.state.holds.list()
      return { holds: holds.filter(({ status }) => LIVE.has(status)).map(holdDocument) }
    },
  },
  {
    method: 'get',
    path: '/holds/{id}',
    id: 'showHold',
    summary: 'Show a hold',
    needs: 'look',
    personal: true,
    answer: {
      status: 200,
      description: 'Its reasons, and what the plan that is held would change.',
      schema: object({ hold: ref('Hold') }, { plan: ref('ResourceDocument') }),
    },
    failures: [404],
    handle: showHold,
  },
  {
    method: 'post',
    path: '/holds/{id}/approve',
    id: 'approveHold',
    summary: 'Approve a hold',
    description: 'The run that it starts reads again, and pushes when what trips the guard is no more than that.',
    needs: 'approve',
    body: decided,
    answer: { status: 202, description: 'It is approved, and a run has begun.', schema: object({}, { runId: text }) },
    failures: [404, 409],
    async handle(call) {
      const runId = await decide(call, 'approve')
      return runId === undefined ? {} : { runId }
    },
  },
  {
    method: 'post',
    path: '/holds/{id}/reject',
    id: 'rejectHold',
    summary: 'Reject a hold',
    needs: 'approve',
    body: decided,
    answer: { status: 200, description: 'It stays held, silently.', schema: object({ hold: ref('Hold') }) },
    failures: [404, 409],
    async handle(call) {
      await decide(call, 'reject')
      return { hold: holdDocument(await holdOf(call)) }
    },
  },
  {
    method: 'get',
    path: '/connectors',
    id: 'listConnectors',
    summary: 'List configured connectors',
    needs: 'look',
    answer: {
      status: 200,
      description: 'With the last check of each.',
      schema: object({ connectors: list(ref('Connector')) }),
    },
    async handle({ operator }) {
      const checks = await operator.state.checks.list()
      const connectors = operator.settings.connectors.map(({ name, use }) => {
        const check = checks.find(({ connector }) => connector === name)
        return { name, use, ...(check === undefined ? {} : { check: checkDocument(check) }) }
      })
      return { connectors }
    },
  },
  {
    method: 'post',
    path: '/connectors/{name}/check',
    id: 'checkConnector',
    summary: 'Check a connector',
    description: 'Asks the system itself, now.',
    needs: 'approve',
    answer: { status: 200, description: 'What was found.', schema: object({ check: ref('Check') }) },
    failures: [404],
    handle: async ({ operator, params }) => ({ check: checkDocument(await operator.check(params['name'] ?? '')) }),
  },
]

const LIVE: ReadonlySet<string> = new Set(['open', 'approved', 'rejected'])

async function listRuns(call: ApiCall): Promise<object> {
  const { operator, query, mask } = call
  const limit = Number(query['limit'])
  const { resource, before } = query
  if (before !== undefined) await runOf(call, String(before))
  const runs = await operator.state.runs.list({
    limit,
    ...(resource === undefined ? {} : { resource: String(resource) }),
    ...(before === undefined ? {} : { before: String(before) }),
  })
  const last = runs.length < limit ? undefined : runs.at(-1)
  return { runs: runs.map((run) => runDocument(run, mask)), ...(last === undefined ? {} : { next: last.id }) }
}

async function runOf({ operator }: ApiCall, id: string): Promise<RunRecord> {
  const run = await operator.state.runs.get(id)
  if (run !== undefined) return run
  throw new UsageError('unknown-run', `There is no run "${id.slice(0, 100)}"`, { hint: 'GET /api/runs lists them.' })
}

async function holdOf({ operator, params }: ApiCall) {
  const id = params['id'] ?? ''
  const hold = await operator.state.holds.get(id)
  if (hold !== undefined) return hold
  throw new UsageError('unknown-hold', `There is no hold "${id.slice(0, 100)}"`, { hint: 'GET /api/holds lists them.' })
}

async function showHold(call: ApiCall): Promise<object> {
  const hold = await holdOf(call)
  const run = await call.operator.state.runs.get(hold.runId)
  const document = run === undefined ? undefined : fullDocument(run, call.mask)
  const plan = document?.resources.find(({ name }) => name === hold.resource)
  return { hold: holdDocument(hold), ...(plan === undefined ? {} : { plan }) }
}

async function decide(call: ApiCall, decision: 'approve' | 'reject'): Promise<string | undefined> {
  const { operator, visitor, params, body } = call
  return operator.decide({
    hold: params['id'] ?? '',
    decision,
    by: personOf(visitor),
    reason: String(body['reason']),
  })
}
