import { describe, expect, it } from 'vitest'
import type { Person } from '../../../core/decision/person.ts'
import { createEraser } from '../../../core/history/erase.ts'
import { forgetPerson } from '../../../core/history/forget.ts'
import { verifyHistory } from '../../../core/history/verify.ts'
import { openState } from '../../../core/state/open.ts'
import { textsBelow } from '../../support/cli.ts'
import { createAutoClock } from '../../support/fake-clock.ts'
import { people, person, useWorkshops, type Workshop } from '../../support/workshop.ts'

const workshop = useWorkshops()
const BY: Person = { name: 'dpo', provenBy: 'operating-system user' }
const ADA = String(person(7)['id'])

const forget = (shop: Workshop, id = ADA, reason = 'request 2026-17') =>
  forgetPerson(shop.context(), { id, by: BY, reason, waitMs: 0 })

/** Runs that add Ada, change her, find her row bad, and lose her. */
async function knewAda(): Promise<Workshop> {
  const shop = await workshop()
  const others = people(120).filter((row) => row['id'] !== ADA)
  shop.table.rows = [...others, person(7)]
  await shop.run()
  shop.table.rows = [...others, person(7, { name: 'Ada Canary' })]
  await shop.run()
  shop.table.rows = [...others, person(7, { role: 'King' })]
  await shop.run()
  shop.table.rows = others
  await shop.run()
  return shop
}

/** Files of the state, byte for byte. */
async function filesWith(shop: Workshop, text: string): Promise<string[]> {
  const found = [...(await textsBelow(shop.state.where))].filter(([, content]) => content.includes(text))
  return found.map(([path]) => path)
}

describe('forgetting a person', () => {
  it('leaves no byte of the id in any file of the state, and every chain whole', async () => {
    const shop = await knewAda()
    const before = await verifyHistory(shop.state, [])
    const heads = before.chains.flatMap(({ head }) => head ?? [])
    expect(await filesWith(shop, ADA)).not.toEqual([])
    const forgotten = await forget(shop)
    expect(forgotten).toMatchObject({ runs: 4, holds: 0, resourceIds: [], entries: [], wiped: true })
    expect(await filesWith(shop, ADA)).toEqual([])
    expect(await filesWith(shop, 'Ada Canary')).toEqual([])
    expect(await verifyHistory(shop.state, heads)).toMatchObject({ holds: true })
  })

  it('stands in the history with who and why, and the digest instead of the id', async () => {
    const shop = await knewAda()
    const { subject } = await forget(shop)
    const [entry] = await shop.state.history({ limit: 1 })
    expect(entry).toMatchObject({
      chain: 'access',
      kind: 'forget',
      facts: { subject, by: 'dpo', provenBy: 'operating-system user', reason: 'request 2026-17', runs: 4 },
    })
    expect(subject).toBe(shop.state.digest(ADA))
  })

  it('keeps how many changes and problems a run had, and whose the others were', async () => {
    const shop = await knewAda()
    const [, third] = await shop.state.runs.list({})
    const documentOf = async () => (await shop.state.runs.get(third?.id ?? ''))?.document as Record<string, object[]>
    const [before] = (await documentOf())['resources'] ?? []
    await forget(shop)
    const [after] = (await documentOf())['resources'] ?? []
    expect(before).toMatchObject({ problems: [{ uniqueId: ADA }] })
    expect(after).toMatchObject({
      records: (before as { records: object }).records,
      problems: [{ code: 'not-listed', field: 'permissionLevel', uniqueId: '[forgotten]', message: '[forgotten]' }],
    })
  })

  it('leaves what Vanta holds, and says so', async () => {
    const shop = await workshop()
    shop.table.rows = people(10)
    await shop.run()
    const forgotten = await forget(shop)
    expect(forgotten).toMatchObject({ runs: 1, resourceIds: [shop.settings.resources[0]?.resourceIds[0]] })
    expect(shop.held()).toContain(ADA)
    shop.table.rows = people(10).map((row) => (row['id'] === ADA ? person(7, { name: 'New' }) : row))
    await shop.run()
    expect(await forget(shop)).toMatchObject({ runs: 1 })
  })

  it('of whom nothing is known is a mistake, and nothing is put on record', async () => {
    const shop = await knewAda()
    await expect(forget(shop, 'E-nobody')).rejects.toMatchObject({ code: 'unknown-id', exitCode: 64 })
    await expect(forget(shop, ADA.slice(0, -1))).rejects.toMatchObject({ code: 'unknown-id' })
    await expect(forget(shop, ' ')).rejects.toMatchObject({ exitCode: 64 })
    expect((await shop.state.history({ limit: 1 }))[0]?.kind).toBe('run')
  })

  it('refuses a reason that names the person, or none', async () => {
    const shop = await knewAda()
    await expect(forget(shop, ADA, `${ADA} asked for it`)).rejects.toMatchObject({ code: 'reason', exitCode: 64 })
    await expect(forget(shop, ADA, ' ')).rejects.toMatchObject({ code: 'reason' })
  })

  it('names the entries of the history into which somebody typed the id', async () => {
    const shop = await knewAda()
    const facts = { by: 'ada', reason: `${ADA} left us` }
    await shop.state.append({ chain: 'c', at: 1, kind: 'pause', facts })
    const [entry] = await shop.state.history({ limit: 1 })
    expect((await forget(shop)).entries).toEqual([entry?.seq])
    expect((await verifyHistory(shop.state, [entry?.hash ?? ''])).holds).toBe(true)
  })

  it('waits for a run that goes on, which would name the person at its end', async () => {
    const clock = createAutoClock()
    const shop = await workshop({ clock })
    const scratch = await shop.state.scratch('r')
    const run = { id: 'r', command: 'run', startedAt: clock.now(), startedBy: '', toolVersion: '', configHash: '' }
    await shop.state.runs.begin(run)
    const asked = { id: ADA, by: BY, reason: 'request', waitMs: 30_000 }
    await expect(forgetPerson(shop.context(), asked)).rejects.toMatchObject({ code: 'run-under-way', exitCode: 30 })
    expect(clock.slept.length).toBe(30)
    await scratch.remove()
    await expect(forgetPerson(shop.context(), asked)).rejects.toMatchObject({ code: 'unknown-id' })
  })

  it('says when another process keeps old pages of the file open', async () => {
    const shop = await knewAda()
    const other = await openState({ path: shop.state.where, allowNetworkFs: false, clock: shop.context().clock })
    const target = {
      baseUrl: shop.settings.vanta.baseUrl,
      connection:
        (await shop.state.baselines.heads({ baseUrl: shop.settings.vanta.baseUrl }))[0]?.target.connection ?? '',
      type: 'user_account',
      resourceId: shop.settings.resources[0]?.resourceIds[0] ?? '',
      shape: '',
    }
    const reading = other.baselines.records(target)[Symbol.asyncIterator]()
    await reading.next()
    expect((await forget(shop)).wiped).toBe(false)
    await reading.return?.()
    await other.close()
  }, 30_000)
})

describe('what is taken out of a document', () => {
  const { change } = createEraser('E-1')

  it('is the id as a word, wherever a text has it, and no other id', () => {
    const document = {
      error: { code: 'x', message: 'E-1 and E-12, E-1.', hint: '(E-1)' },
      answers: [{ status: 422, text: '{"id":"E-1","other":"xE-1"}' }],
    }
    expect(change(document)).toEqual({
      error: { code: 'x', message: '[forgotten] and E-12, [forgotten].', hint: '([forgotten])' },
      answers: [{ status: 422, text: '{"id":"[forgotten]","other":"xE-1"}' }],
    })
  })

  it('is whatever is said of the person, and what others have from them', () => {
    const items = [
      { change: 'change', uniqueId: 'E-1', fields: [{ name: 'email', from: 'a', to: 'b' }] },
      { change: 'change', uniqueId: 'E-2', fields: [{ name: 'managerId', from: ['E-1'], to: 'E-3' }] },
      { change: 'add', uniqueId: 'E-1' },
    ]
    expect(change({ items, conflicts: [{ uniqueId: 'E-1', fields: ['email'], places: ['x:1'] }] })).toEqual({
      items: [
        { change: 'change', uniqueId: '[forgotten]' },
        { change: 'change', uniqueId: 'E-2', fields: [{ name: 'managerId', from: ['[forgotten]'], to: 'E-3' }] },
        { change: 'add', uniqueId: '[forgotten]' },
      ],
      conflicts: [{ uniqueId: '[forgotten]', fields: ['email'], places: [] }],
    })
  })

  it('is never a number, a time, a hash, or what somebody decided', () => {
    const eraser = createEraser('2026')
    const document = {
      runId: 'run-2026',
      startedAt: '2026-01-01T00:00:00Z',
      counts: { read: 2026 },
      decision: { reason: 'for 2026' },
      hold: { id: 'hold-2026', reasons: [{ rule: 'maxRemoved', message: '2026 of 9' }] },
    }
    expect(eraser.change(document)).toEqual({
      ...document,
      hold: { id: 'hold-2026', reasons: [{ rule: 'maxRemoved', message: '[forgotten] of 9' }] },
    })
  })

  it.each([
    ['with quotation marks', 'a"b\\c'],
    ['of other letters', 'Jürgen Groß'],
    ['with what patterns are made of', '(a+)*[x]$^.|{2}?'],
    ['with a slash and blanks', 'cn=Ada Lovelace,ou=x/y'],
  ])('is found when the id is one %s, also in JSON within JSON and in a URL', (_, id) => {
    const eraser = createEraser(id)
    const text = `${JSON.stringify({ id })} https://x/${encodeURIComponent(id)} ${id}.`
    const stored = JSON.stringify({ message: text })
    const after = JSON.stringify(eraser.change(JSON.parse(stored)))
    expect(eraser.texts.some((each) => stored.includes(each))).toBe(true)
    for (const each of eraser.texts) expect(after).not.toContain(each)
  })
})
