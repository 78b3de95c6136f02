import { describe, expect, it } from 'vitest'
import { SyncError } from '../../../core/errors.ts'
import {
  useWorkshops,
  PEOPLE_MAP,
  people,
  person,
  sourceOf,
  type Table,
  typeOf,
  type Workshop,
} from '../../support/workshop.ts'

const workshop = useWorkshops()

const tableOf = (rows: Table['rows']): Table => ({ rows, ending: 'complete' })

describe('several sources of one resource', () => {
  const accounts = typeOf('user_account')

  async function twoSources(first: Table, second: Table): Promise<Workshop> {
    const sources = [sourceOf(first, accounts, PEOPLE_MAP, 'hr'), sourceOf(second, accounts, PEOPLE_MAP, 'contractors')]
    return workshop({ resource: { sources } })
  }

  it('are merged before one PUT', async () => {
    const shop = await twoSources(tableOf(people(20)), tableOf(people(5, 21)))
    expect(await shop.run()).toMatchObject({
      exitCode: 0,
      resources: [{ records: { read: 25, pushed: 25 }, requests: { put: 1 } }],
    })
  })

  it('push nothing when one of them is incomplete', async () => {
    const second = tableOf(people(5, 21))
    const shop = await twoSources(tableOf(people(20)), second)
    await shop.run()
    second.ending = 'incomplete'
    expect(await shop.run()).toMatchObject({ exitCode: 12 })
    expect(shop.held()).toHaveLength(25)
  })

  it('that differ about an id make it invalid, and with merge first the first one wins', async () => {
    const shop = await twoSources(tableOf(people(20)), tableOf([person(3, { name: 'Other' })]))
    const conflict = await shop.run()
    expect(conflict.resources[0]?.problems).toMatchObject([{ code: 'merge-conflict', uniqueId: 'E-00003' }])
    shop.setResource({ merge: 'first' })
    expect(await shop.run()).toMatchObject({
      exitCode: 0,
      outcome: 'succeeded',
      resources: [{ changes: { added: 1 } }],
    })
  })

  it('hold the plan when one that fed the set is complete and empty', async () => {
    const second = tableOf(people(1, 101))
    const shop = await twoSources(tableOf(people(100)), second)
    await shop.run()
    second.rows = []
    const held = await shop.run()
    expect(held).toMatchObject({ exitCode: 11 })
    expect(held.resources[0]?.hold?.reasons).toMatchObject([{ rule: 'emptySource', names: ['contractors'] }])
  })
})

describe('guard.groupBy', () => {
  it('holds when a group of five or more would vanish whole, and not when its people only move', async () => {
    const table = tableOf(people(200).map((row, index) => ({ ...row, team: index < 6 ? 'Legal' : 'Rest' })))
    const type = typeOf('user_account')
    const source = { ...sourceOf(table, type, PEOPLE_MAP), groupBy: 'team' }
    const shop = await workshop({ resource: { sources: [source], guard: { groupBy: 'team' } } })
    await shop.run()
    table.rows = table.rows.slice(6)
    expect((await shop.run()).resources[0]?.hold?.reasons).toMatchObject([{ rule: 'groupBy', actual: 1 }])
    table.rows = people(200).map((row) => ({ ...row, team: 'Rest' }))
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
  })
})

const component = (id: string) => ({
  uniqueId: id,
  displayName: id,
  externalUrl: 'https://scan.example.com',
  collectedTimestamp: '2026-01-02T03:04:05Z',
  name: id,
  description: 'a host',
  targetType: 'HOST',
})
const finding = (id: string, of: string) => ({
  uniqueId: id,
  displayName: id,
  externalUrl: 'https://scan.example.com',
  packageName: 'p',
  packageVersion: '1',
  severity: '7.5',
  vulnerableComponentUniqueId: of,
  description: 'd',
  isResolvable: 'yes',
  remediationInstructions: 'update',
})

describe('vulnerabilities and their components', () => {
  const componentType = typeOf('vulnerable_component')
  const findingType = typeOf('package_vulnerability_connectors')
  async function scanner(): Promise<{ shop: Workshop; components: Table; findings: Table }> {
    const components = tableOf([component('host-1')])
    const findings = tableOf([
      ...[1, 3, 4, 5].map((number) => finding(`f-${number}`, 'host-1')),
      finding('f-2', 'host-9'),
    ])
    const shop = await workshop({
      resource: { name: 'findings', type: findingType, sources: [sourceOf(findings, findingType, {})] },
    })
    const [first] = shop.settings.resources
    if (first === undefined) throw new Error('There is none')
    const hosts = {
      ...first,
      name: 'hosts',
      type: componentType,
      resourceIds: ['b'.repeat(24)],
      sources: [sourceOf(components, componentType, {})],
    }
    Object.assign(shop.settings, { resources: [first, hosts] })
    return { shop, components, findings }
  }

  it('are pushed components first, and a reference to an unknown one is a problem of its record', async () => {
    const { shop } = await scanner()
    const document = await shop.run({ resources: shop.settings.resources })
    expect(document).toMatchObject({ exitCode: 0, outcome: 'degraded', applications: [{ tokensMinted: 1 }] })
    expect(document.resources.map(({ name }) => name)).toEqual(['hosts', 'findings'])
    expect(document.resources[1]?.problems).toMatchObject([{ code: 'unknown-component', uniqueId: 'f-2' }])
    expect(shop.held()).toEqual(['f-1', 'f-3', 'f-4', 'f-5', 'host-1'])
  })

  it('are checked against the last accepted components when those are not in the run', async () => {
    const { shop } = await scanner()
    await shop.run({ resources: shop.settings.resources })
    const alone = await shop.run({ resources: shop.settings.resources.slice(0, 1) })
    expect(alone.resources[0]?.problems).toMatchObject([{ code: 'unknown-component', uniqueId: 'f-2' }])
  })

  it('are skipped with the reason when their components fail', async () => {
    const { shop, components } = await scanner()
    components.ending = 'fails'
    const document = await shop.run({ resources: shop.settings.resources })
    expect(document).toMatchObject({ exitCode: 12, outcome: 'failed' })
    expect(document.resources).toMatchObject([
      { outcome: 'failed' },
      { outcome: 'skipped', error: { code: 'skipped' } },
    ])
    expect(document.resources[1]?.error?.message).toContain('hosts')
    expect(shop.held()).toEqual([])
  })

  it('warn when no component resource is configured', async () => {
    const { shop } = await scanner()
    Object.assign(shop.settings, { resources: shop.settings.resources.slice(0, 1) })
    const plan = await shop.plan({ resources: shop.settings.resources })
    expect(plan.resources[0]?.warnings).toMatchObject([{ code: 'no-components' }])
  })
})

describe('a resource id that was replaced', () => {
  it('is warned about: its set stays active in Vanta', async () => {
    const shop = await workshop()
    await shop.run()
    shop.setResource({ resourceIds: ['d'.repeat(24)] })
    const document = await shop.run()
    expect(document.resources[0]?.warnings).toMatchObject([{ code: 'left-behind' }])
  })
})

describe('a run that is aborted', () => {
  it('rejects with the reason, and is in the history with its exit code', async () => {
    const shop = await workshop()
    const stop = new AbortController()
    shop.table.before = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
        stop.abort(new SyncError(143, 'interrupted', 'Stopped by SIGTERM'))
      })
    await expect(shop.run({ context: shop.context(stop.signal) })).rejects.toMatchObject({ exitCode: 143 })
    expect(await shop.state.runs.list({})).toMatchObject([{ status: 'finished', outcome: 'failed', exitCode: 143 }])
  })
})
