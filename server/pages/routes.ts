/** Every page: asks the operator for facts, and has them drawn. */
import { type Context, Hono } from 'hono'
import type { LiveRun } from '../../core/health/status.ts'
import type { RunDocument } from '../../core/run/document.ts'
import { maskRun } from '../../core/run/redact.ts'
import { scopeOf } from '../../core/run/target.ts'
import type { RunRecord } from '../../core/state/state.ts'
import { localPath } from '../form.ts'
import type { Operator } from '../operator.ts'
import type { LoginAsked, PageDeps, PageError, Pages } from '../page-deps.ts'
import { loadAssets } from './assets.ts'
import { lastReads, sourceNames, usersOf, isUseOf, type SourceRead } from './connector-use.ts'
import { type ConnectorFacts, connectorsPage } from './connectors.ts'
import { errorContent, loginForm, withoutLogin } from './front.ts'
import { historyPage } from './history.ts'
import { holdPage, holdsPage } from './holds.ts'
import { bare, type Page, page } from './layout.ts'
import { overview } from './overview.ts'
import { resourcePage } from './resource.ts'
import { runPage } from './run.ts'
import { runsPage } from './runs.ts'
import { seriesOf } from './series.ts'
import type { View } from './view.ts'

const SPARK_RUNS = 40
const PLOT_RUNS = 60
const LIST_RUNS = 20
const PAGE_RUNS = 50
const MOST_RUNS = 1000
const PAGE_ENTRIES = 100
/** How far back the last read of a source is looked for. */
const READ_RUNS = 30

/** Where nobody knows yet who is asking. */
type Answer = Response | Promise<Response>

interface Room {
  readonly operator: Operator
  show(c: Context, draw: (view: View) => Promise<Page>): Promise<Response>
  missing(c: Context, what: string): Answer
}

export function createPages(deps: PageDeps): Pages {
  const { operator } = deps
  const assets = loadAssets()
  const app = new Hono()

  async function show(c: Context, draw: (view: View) => Promise<Page>): Promise<Response> {
    const view = await viewOf(deps, c, assets.stamp)
    c.header('cache-control', 'no-store')
    return c.html(page(view, await draw(view)))
  }

  function errorPage(c: Context, status: number, error: PageError): Answer {
    c.header('cache-control', 'no-store')
    c.status(status as 400)
    return c.html(bare(assets.stamp, error.title, errorContent(status, error)))
  }

  function loginPage(c: Context, asked: LoginAsked): Answer {
    c.header('cache-control', 'no-store')
    return c.html(bare(assets.stamp, 'Log in', loginForm(deps.viewerOf(c).csrfToken, asked)))
  }

  const room: Room = {
    operator,
    show,
    missing: (c, what) =>
      errorPage(c, 404, {
        title: 'Not found',
        message: `There is no ${what}`,
        hint: 'It may have been renamed, or is of another state.',
      }),
  }
  app.route('/', assets.app)
  app.get('/login', (c) => {
    if (deps.access() !== 'login') return c.html(bare(assets.stamp, 'Log in', withoutLogin()))
    return loginPage(c, { next: localPath(c.req.query('next')) })
  })
  overviewRoute(app, room)
  resourceRoute(app, room)
  runRoutes(app, room)
  holdRoutes(app, room)
  connectorsRoute(app, room)
  historyRoute(app, room)
  return { app, loginPage, errorPage }
}

async function viewOf({ operator, viewerOf, access }: PageDeps, c: Context, stamp: string): Promise<View> {
  const open = await operator.state.holds.list({ status: 'open' })
  const url = new URL(c.req.url)
  return {
    now: operator.clock.now(),
    zone: operator.settings.zone,
    viewer: viewerOf(c),
    access: access(),
    here: `${url.pathname}${url.search}`,
    version: operator.version,
    stamp,
    waiting: open.length,
  }
}

function overviewRoute(app: Hono, { operator, show }: Room): void {
  app.get('/', (c) =>
    show(c, async (view) => {
      const snapshot = await operator.snapshot()
      const series = new Map<string, ReturnType<typeof seriesOf>>()
      for (const { name } of snapshot.resources) {
        series.set(name, seriesOf(await operator.state.runs.rows({ resource: name, limit: SPARK_RUNS })))
      }
      const content = overview(view, { snapshot, series })
      return { title: 'Overview', under: 'Overview', reload: snapshot.runs.length > 0, content }
    }),
  )
}

function resourceRoute(app: Hono, { operator, show, missing }: Room): void {
  app.get('/resources/:name', async (c) => {
    const name = c.req.param('name')
    const { resources } = await operator.snapshot()
    const status = resources.find((each) => each.name === name)
    const spec = operator.settings.resources.find((each) => each.name === name)
    if (status === undefined || spec === undefined) return missing(c, `resource "${name}"`)
    return show(c, async (view) => {
      const rows = await operator.state.runs.rows({ resource: name, limit: PLOT_RUNS })
      const runs = await operator.state.runs.list({ resource: name, limit: LIST_RUNS })
      const reads = lastReads(rows, sourceNames(spec))
      return { title: name, content: resourcePage(view, { status, spec, series: seriesOf(rows), runs, reads }) }
    })
  })
}

function runRoutes(app: Hono, { operator, show, missing }: Room): void {
  app.get('/runs', (c) =>
    show(c, async (view) => {
      const limit = Math.min(MOST_RUNS, positive(c.req.query('limit')) ?? PAGE_RUNS)
      const runs = await operator.state.runs.list({ limit: limit + 1 })
      const more = runs.length > limit && limit < MOST_RUNS
      const older = more ? { older: `/runs?limit=${Math.min(MOST_RUNS, limit * 2)}` } : {}
      return { title: 'Runs', under: 'Runs', content: runsPage(view, { runs: runs.slice(0, limit), ...older }) }
    }),
  )
  app.get('/runs/:id', async (c) => {
    const { id } = c.req.param()
    const known = await operator.state.runs.get(id)
    const live =
      known === undefined || known.status === 'running'
        ? (await operator.snapshot()).runs.find(({ runId }) => runId === id)
        : undefined
    const run = known ?? (live && justBegun(live, operator))
    if (run === undefined) return missing(c, `run "${id}"`)
    return show(c, async (view) => {
      const document = documentFor(operator, view, run.document)
      const content = runPage(view, { run, document, live, all: c.req.query('all') === '1' })
      return { title: `Run ${run.id}`, under: 'Runs', reload: run.status === 'running', content }
    })
  })
}

/** A run that the state does not know yet, because it was asked for an instant ago. */
function justBegun({ runId, command, startedAt, startedBy }: LiveRun, { version, settings }: Operator): RunRecord {
  const at = Date.parse(startedAt)
  return {
    id: runId,
    command,
    status: 'running',
    startedAt: at,
    startedBy,
    toolVersion: version,
    configHash: settings.hash,
    resources: [],
  }
}

/** Masked, unless they asked. */
function documentFor({ state }: Operator, { viewer }: View, document: unknown): RunDocument | undefined {
  if (document === undefined || document === null) return undefined
  const whole = document as RunDocument
  return viewer.revealed ? whole : maskRun(whole, (text) => state.digest(text))
}

function holdRoutes(app: Hono, { operator, show, missing }: Room): void {
  app.get('/holds', (c) =>
    show(c, async (view) => {
      const content = holdsPage(view, await operator.state.holds.list())
      return { title: 'Holds', under: 'Holds', content }
    }),
  )
  app.get('/holds/:id', async (c) => {
    const hold = await operator.state.holds.get(c.req.param('id'))
    if (hold === undefined) return missing(c, `hold "${c.req.param('id')}"`)
    return show(c, async (view) => {
      const run = await operator.state.runs.get(hold.runId)
      const document = documentFor(operator, view, run?.document)?.resources.find(({ name }) => name === hold.resource)
      const content = holdPage(view, { hold, document, all: c.req.query('all') === '1' })
      return { title: `Hold of ${hold.resource}`, under: 'Holds', content }
    })
  })
}

function connectorsRoute(app: Hono, { operator, show }: Room): void {
  app.get('/connectors', (c) =>
    show(c, async (view) => {
      const checks = await operator.state.checks.list()
      const reads = await readsOfAll(operator)
      const { resources } = await operator.snapshot()
      const facts = operator.settings.connectors.map(
        (spec): ConnectorFacts => ({
          spec,
          users: usersOf(spec, operator.settings.resources),
          read: latestOf(reads, spec.name),
          check: checks.find(({ connector }) => connector === spec.name),
          broken: resources.find(({ error }) => error?.source !== undefined && isUseOf(error.source, spec.name)),
        }),
      )
      return { title: 'Connectors', under: 'Connectors', content: connectorsPage(view, facts) }
    }),
  )
}

async function readsOfAll({ state, settings }: Operator): Promise<readonly (readonly [string, SourceRead])[]> {
  const all: (readonly [string, SourceRead])[] = []
  for (const resource of settings.resources) {
    const rows = await state.runs.rows({ resource: resource.name, limit: READ_RUNS })
    all.push(...lastReads(rows, sourceNames(resource)))
  }
  return all
}

function latestOf(reads: readonly (readonly [string, SourceRead])[], connector: string): SourceRead | undefined {
  const own = reads.filter(([source]) => isUseOf(source, connector)).map(([, read]) => read)
  return own.sort((a, b) => b.at - a.at)[0]
}

function historyRoute(app: Hono, { operator, show }: Room): void {
  app.get('/history', (c) =>
    show(c, async (view) => {
      const { settings, state } = operator
      const scopes = new Map(settings.resources.map((each) => [each.name, scopeOf(settings, each)] as const))
      const asked = c.req.query('resource') ?? ''
      const chain = scopes.get(asked)
      const before = positive(c.req.query('before'))
      const found = await state.history({
        limit: PAGE_ENTRIES + 1,
        ...(before === undefined ? {} : { before }),
        ...(chain === undefined ? {} : { chain }),
      })
      const rows = found.slice(0, PAGE_ENTRIES)
      const last = rows.at(-1)?.seq
      const query = new URLSearchParams({ ...(chain === undefined ? {} : { resource: asked }), before: String(last) })
      const content = historyPage(view, {
        rows,
        resources: [...scopes.keys()],
        resource: chain === undefined ? undefined : asked,
        nameOf: (of) => [...scopes].find(([, scope]) => scope === of)?.[0],
        older: found.length > PAGE_ENTRIES ? `/history?${query.toString()}` : undefined,
      })
      return { title: 'History', under: 'History', content }
    }),
  )
}

function positive(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
}
