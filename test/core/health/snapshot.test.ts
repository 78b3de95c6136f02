import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE, systemClock } from '../../../core/clock.ts'
import { defineConnector, type LoginFacts } from '../../../core/connector.ts'
import { OperatorError } from '../../../core/errors.ts'
import { statusOf, takeSnapshot } from '../../../core/health/snapshot.ts'
import type { ResourceStatus } from '../../../core/health/status.ts'
import { checkConnector } from '../../../core/run/check-connector.ts'
import { scopeOf } from '../../../core/run/target.ts'
import { people, person, sourceOf, typeOf, useWorkshops, type Workshop, PEOPLE_MAP } from '../../support/workshop.ts'

const workshop = useWorkshops()

async function statusIn(shop: Workshop, now = Date.now()): Promise<ResourceStatus> {
  const { state, settings } = shop
  const { resources } = await takeSnapshot({ state, settings, clock: { ...systemClock, now: () => now } })
  const [only] = resources
  if (only === undefined) throw new Error('there is no resource')
  return only
}

/** A connector that tells of its login, and then reads nobody, or is refused. */
function teller(facts: LoginFacts, refusal?: Error) {
  const tell = async (context: { login?(facts: LoginFacts): void }): Promise<string> => {
    context.login?.(facts)
    return 'ok'
  }
  return defineConnector({
    apiVersion: 1,
    name: 'teller',
    options: { type: 'object', properties: {} },
    check: tell,
    async *read(context) {
      if (refusal !== undefined) throw refusal
      await tell(context)
      yield people(3).map((fields, index) => ({ at: `row:${index}`, fields }))
      return { complete: true, rows: 3, asOf: new Date(context.clock.now()), evidence: 'the end' }
    },
  })
}

function tellingSource(shop: Workshop, facts: LoginFacts, refusal?: Error) {
  return {
    ...sourceOf(shop.table, typeOf('user_account'), PEOPLE_MAP, 'directory-x'),
    connector: teller(facts, refusal),
  }
}

describe('the snapshot', () => {
  it('knows of a resource that never ran what the configuration says', async () => {
    const shop = await workshop()
    expect(await statusIn(shop)).toEqual({
      name: 'accounts',
      type: 'user_account',
      application: 'people-x',
      resourceIds: ['66f1c2a9e4b0a1d2c3e4f567'],
      health: 'never run',
      wrong: 'It has not run yet',
      remedy: expect.stringContaining('vanta-sync run accounts'),
      failuresInRow: 0,
    })
  })

  it('has what was pushed last, and its age', async () => {
    const shop = await workshop({ resource: { maxAgeMs: HOUR } })
    const { runId } = await shop.run()
    const status = await statusIn(shop, Date.now() + 10 * MINUTE)
    expect(status).toMatchObject({ health: 'healthy', records: 3, lastOutcome: 'pushed', lastRunId: runId })
    expect(status.ageSeconds).toBeGreaterThanOrEqual(600)
    expect(status.wrong).toBeUndefined()
    expect((await statusIn(shop, Date.now() + 2 * HOUR)).health).toBe('stale')
  })

  it('has the hold, and its records stay those that were confirmed', async () => {
    const shop = await workshop()
    shop.table.rows = people(40)
    await shop.run()
    shop.table.rows = people(20)
    await shop.run()
    const status = await statusIn(shop)
    expect(status).toMatchObject({ health: 'held', records: 40, failuresInRow: 0 })
    expect(status.hold).toMatch(/^hold-/)
    expect(status.wrong).toMatch(/^Held: 20 of 40/)
  })

  it('counts failures since the last success, held runs left out, and tells a broken source from Vanta', async () => {
    const shop = await workshop()
    shop.table.rows = people(40)
    await shop.run()
    shop.table.ending = 'incomplete'
    await shop.run()
    shop.table.ending = 'complete'
    shop.table.rows = people(20)
    await shop.run()
    shop.table.ending = 'fails'
    await shop.run()
    const failing = await statusIn(shop)
    expect(failing).toMatchObject({ health: 'failing', failuresInRow: 2, error: { source: 'people' } })
    expect(failing.wrong).toContain('people could not be read whole')
    shop.table.ending = 'complete'
    shop.table.rows = [...people(40), person(41)]
    await shop.run()
    expect(await statusIn(shop)).toMatchObject({ health: 'healthy', failuresInRow: 0 })
  })

  it('is disconnected when Vanta does not take the credentials any more', async () => {
    const shop = await workshop()
    await shop.run()
    const [first] = shop.settings.resources
    const { application } = first ?? {}
    if (application === undefined) throw new Error('there is no application')
    shop.setResource({ application: { ...application, clientId: 'vci_of_another' } })
    await shop.run()
    const status = await statusIn(shop)
    expect(status).toMatchObject({ health: 'disconnected', connection: { cause: 'credentials', side: 'Vanta' } })
  })

  it('is disconnected from a source whose login is refused, and the run names the source', async () => {
    const shop = await workshop()
    const refusal = new OperatorError('ldap-password-expired', 'cn=jane: the password has expired')
    shop.setResource({ sources: [tellingSource(shop, {}, refusal)] })
    const document = await shop.run()
    expect(document.resources[0]?.error).toMatchObject({ code: 'ldap-password-expired', source: 'directory-x' })
    const status = await statusIn(shop)
    expect(status).toMatchObject({ health: 'disconnected', connection: { cause: 'credentials', side: 'directory-x' } })
    expect(status.wrong).not.toContain('jane')
  })

  it('warns of a login that ends within two weeks, from a run, and keeps it when the next run fails', async () => {
    const shop = await workshop()
    const expiresAt = new Date(Date.now() + 9 * 24 * HOUR + HOUR)
    const facts = { expiresAt, personal: 'its entry has employeeNumber' }
    shop.setResource({ sources: [tellingSource(shop, facts)] })
    const document = await shop.run()
    expect(document.resources[0]?.sources?.[0]?.login).toMatchObject({ personal: 'its entry has employeeNumber' })
    const told = await statusIn(shop)
    expect(told.logins).toEqual([
      { source: 'directory-x', expiresAt: expect.stringMatching(/Z$/), personal: 'its entry has employeeNumber' },
    ])
    expect(told.notices).toEqual([
      expect.stringMatching(/^The login of directory-x expires in 9 days/),
      expect.stringMatching(/belong to a person/),
    ])
    shop.setResource({ sources: [tellingSource(shop, {}, new OperatorError('ldap-credentials', 'no'))] })
    await shop.run()
    expect((await statusIn(shop)).logins).toEqual(told.logins)
  })

  it('warns of a login that only a check told of', async () => {
    const shop = await workshop()
    const source = tellingSource(shop, { expiresAt: new Date(Date.now() + HOUR) })
    const spec = { name: 'directory-x', use: 'teller', uses: [source] }
    await shop.state.checks.save(await checkConnector(spec, shop.context()))
    shop.setResource({ sources: [{ ...source, name: 'directory-x (from[0])' }] })
    expect((await statusIn(shop)).notices).toEqual([expect.stringMatching(/expires in (59 min|1 h)/)])
  })

  it('has the pause, and the next slot after it', async () => {
    const schedule = { cron: '0 * * * *', zone: 'UTC', jitterMs: 0 }
    const shop = await workshop({ resource: { schedule } })
    const now = Date.parse('2026-03-02T12:10:00Z')
    expect((await statusIn(shop, now)).schedule).toMatchObject({ next: '2026-03-02T13:00:00Z', kept: false })
    const [resource] = shop.settings.resources
    const scope = resource === undefined ? '' : scopeOf(shop.settings, resource)
    const until = now + 3 * HOUR
    const pause = { by: 'ops', provenBy: 'test', reason: 'a move', at: now, until }
    await shop.state.pauses.save({ scope, resource: 'accounts', ...pause })
    expect(await statusIn(shop, now)).toMatchObject({
      paused: { by: 'ops', reason: 'a move', until: '2026-03-02T15:10:00Z' },
      schedule: { next: '2026-03-02T16:00:00Z' },
    })
  })

  it('has the runs that go on: of this process, of a daemon, and of any other process', async () => {
    const shop = await workshop({ resource: { schedule: { cron: '0 * * * *', zone: 'UTC', jitterMs: 0 } } })
    const { state, settings } = shop
    const live = {
      runId: 'run-here',
      command: 'run',
      startedAt: '2026-03-02T12:00:00Z',
      startedBy: 'ops',
      resources: [{ name: 'accounts', stage: 'read' as const, done: 500, unit: 'rows' as const }],
    }
    const scratch = await state.scratch('daemon-1')
    const daemon = { id: 'daemon-1', pid: 1, host: 'h', startedAt: 0, beatAt: 0, version: '1', configHash: 'x' }
    await state.daemons.beat({
      ...daemon,
      live: ['run-daemon', 'run-ended'].map((runId) => ({ ...live, runId, resources: [] })),
    })
    const begun = { command: 'run', startedAt: 0, startedBy: 'cron', toolVersion: '1', configHash: 'x' }
    for (const id of ['run-daemon', 'run-elsewhere']) await state.runs.begin({ ...begun, id })
    const snapshot = await takeSnapshot({ state, settings, clock: systemClock, live: [live] })
    expect(Object.fromEntries(snapshot.runs.map(({ runId, startedBy }) => [runId, startedBy]))).toEqual({
      'run-daemon': 'ops',
      'run-elsewhere': 'cron',
      'run-here': 'ops',
    })
    expect(snapshot.resources[0]?.running).toEqual({ ...live.resources[0], runId: 'run-here' })
    expect(snapshot.resources[0]?.schedule?.kept).toBe(true)
    expect(snapshot.daemons).toMatchObject([{ id: 'daemon-1', startedAt: '1970-01-01T00:00:00Z' }])
    await scratch.remove()
    expect((await takeSnapshot({ state, settings, clock: systemClock })).daemons).toEqual([])
  })

  it('of one resource is the same as that of all', async () => {
    const shop = await workshop()
    await shop.run()
    const { state, settings } = shop
    const clock = { ...systemClock, now: () => Date.parse('2030-01-01T00:00:00Z') }
    const [resource] = settings.resources
    if (resource === undefined) throw new Error('there is no resource')
    const context = { state, settings, clock }
    expect(await statusOf(context, resource)).toEqual((await takeSnapshot(context)).resources[0])
  })
})
