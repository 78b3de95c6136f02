import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { toInstant } from '../../../core/clock.ts'
import { createPages } from '../../../server/pages/routes.ts'
import { describeWithService, programs } from '../../support/service.ts'
import { CANARIES, SEEDED_HOLD } from '../seed.ts'
import { ADA, type Desk, type DeskOptions, openDesk, VERA } from '../support.ts'
import { focusOf, launch, visit, type Visit, type VisitOptions } from './browser.ts'
import { ATTACK, BIG_RUN, enrich } from './enrich.ts'

describeWithService('the status page in a browser', programs('chromium'), () => {
  let browser: Browser
  const desks: Desk[] = []
  const visits: Visit[] = []
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser?.close())
  afterEach(async () => {
    const complaints = visits.flatMap((each) => each.complaints)
    for (const each of visits.splice(0)) await each.close()
    for (const each of desks.splice(0)) await each.close()
    expect(complaints).toEqual([])
  })

  async function open(options: DeskOptions = {}): Promise<Desk> {
    const desk = await openDesk({ pages: createPages, runs: 3, ...options })
    desks.push(desk)
    return desk
  }
  async function enter(desk: Desk, options: VisitOptions = {}): Promise<Visit> {
    const there = await visit(browser, desk.url, options)
    visits.push(there)
    return there
  }

  it('the overview says who is needed for what, what needs somebody first, and what to do', async () => {
    const desk = await open()
    await enrich(desk.operator)
    const { page } = await enter(desk)

    expect(await page.locator('h1').innerText()).toBe('4 of 9 resources need somebody')
    const rows = await page.locator('.resources tbody tr').allInnerTexts()
    const order = rows.map((row) => /disconnected|failing|stale|held|never run|degraded|paused|healthy/.exec(row)?.[0])
    expect(order).toEqual([
      'disconnected',
      'failing',
      'stale',
      'held',
      'never run',
      'degraded',
      'paused',
      'healthy',
      'healthy',
    ])
    expect(rows[0]).toContain('refuses the password of the bind account')
    expect(rows[0]).toContain('Set the new password in the secret file.')
    expect(rows[6]).toMatch(/Paused by ada until .*: “The vault moves/)
    const spark = page.getByRole('row', { name: /staff/ }).getByRole('img')
    expect(await spark.getAttribute('aria-label')).toMatch(
      /^Records over the last 25 runs: from .* 2 runs pushed nothing/,
    )
    expect(await page.locator('main').innerText()).toMatch(/The daemon on sync-1 .* runs since today/)
    expect(await page.locator('footer').innerText()).toContain('Times are Europe/Berlin (UTC+')
  })

  it('with all resources well the overview says so in one sentence', async () => {
    const desk = await open()
    for (const { name } of desk.operator.settings.resources) {
      desk.operator.setStatus(name, { health: 'healthy', notices: [] })
    }
    const { page } = await enter(desk)
    expect(await page.locator('h1').innerText()).toBe('All 8 resources are well')
  })

  it('a new installation is told what to do first', async () => {
    const { page } = await enter(await open({ runs: 0 }))
    expect(await page.locator('main').innerText()).toMatch(
      /Nothing has run yet[\s\S]*check the connectors[\s\S]*vanta-sync plan people/,
    )
  })

  it('a hold is approved with the keyboard alone, and each stop on the way is seen', async () => {
    const desk = await open()
    const { page } = await enter(desk)
    await page.goto(`${desk.url}/holds/${SEEDED_HOLD}`)

    const stops: string[] = []
    for (let stop = 0; stop < 30; stop++) {
      await page.keyboard.press('Tab')
      const { name, seen } = await focusOf(page)
      stops.push(name)
      expect({ name, seen }).toEqual({ name, seen: true })
      if (name === 'approve-reason') await page.keyboard.type('The Leeds office closed')
      if (name.startsWith('Approve:')) break
    }
    expect(stops[0]).toBe('Skip to the content')
    expect(stops.at(-1)).toBe('Approve: read again and push if no more than this trips')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/runs/run-asked-1')

    expect(await page.locator('.title').innerText()).toContain('succeeded')
    await page.goto(`${desk.url}/holds/${SEEDED_HOLD}`)
    expect(await page.locator('main').innerText()).toMatch(/Approved by ada[\s\S]*“The Leeds office closed”/)
    expect(await page.locator('.title').innerText()).toContain('approved and pushed')
  })

  it('without script everything is read and decided, and only a run that goes on loads itself again', async () => {
    const desk = await open({ slowRuns: true })
    const { page } = await enter(desk, { javaScriptEnabled: false })
    expect(await page.locator('meta[http-equiv]').count()).toBe(0)

    await page.goto(`${desk.url}/resources/people`)
    await page.getByText('Pause it…').click()
    await page.getByLabel('For how long').selectOption('7d')
    await page.getByLabel('Reason').fill('The vendor moves')
    await page.getByRole('button', { name: 'Pause' }).click()
    expect(await page.locator('main').innerText()).toMatch(/Paused by ada until .*in 6 d 23 h.*“The vendor moves”/)

    await page.goto(`${desk.url}/resources/training`)
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.waitForURL('**/runs/run-asked-1')
    expect(await page.locator('main').innerText()).toContain('reading the sources: 4,200 of 12,000 rows')
    expect(await page.locator('meta[http-equiv=refresh]').getAttribute('content')).toBe('5')
  })

  it('a run shows its stages, counts, problems with their place, sources and answers', async () => {
    const desk = await open()
    await enrich(desk.operator)
    const { page } = await enter(desk)
    await page.goto(`${desk.url}/runs/${BIG_RUN}`)
    await page.getByText('What was read: 2 sources').click()
    await page.getByText('What Vanta answered').click()
    const text = await page.locator('main').innerText()
    for (const said of [
      'push 19 s',
      '4,030 rows read',
      'people-2026-11-27.csv:14',
      '3 columns of people-csv feed nothing',
      'exports/2026/people-2026-11-27.csv',
      '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      'Joined to people-csv as dir: 3,981 of 4,030 rows matched',
      '1 PUT of 2.4 MB in all, 2 GETs',
      '60 records removed from Vanta',
      'The first 1,000 of 1,480 changes',
    ]) {
      expect(text).toContain(said)
    }
    await page.getByRole('link', { name: 'Show all 784 that are kept' }).click()
    expect(await page.locator('#r1-added li').count()).toBe(784)
  })

  it('nothing of a person stands in any page until somebody asks, which is put on record', async () => {
    const desk = await open()
    const { page } = await enter(desk)
    const paths = ['/', '/runs', '/runs/run-seed-29', '/runs/run-seed-28', `/holds/${SEEDED_HOLD}`, '/history']
    paths.push(...desk.operator.settings.resources.map(({ name }) => `/resources/${name}`))
    for (const path of paths) {
      const html = await (await page.request.get(`${desk.url}${path}`)).text()
      expect(html).toContain('<main')
      expect(CANARIES.filter((canary) => html.includes(canary)).map((canary) => `${path}: ${canary}`)).toEqual([])
    }

    await page.goto(`${desk.url}/runs/run-seed-28`)
    await page.getByRole('button', { name: 'Show personal data' }).click()
    await page.getByText('Personal data is shown to ada').waitFor()
    expect(page.url()).toBe(`${desk.url}/runs/run-seed-28`)
    expect(await page.locator('ins').first().innerText()).toBe('Ada Canary')
    expect(await page.locator('del').first().innerText()).toBe('ada.canary@example.com')

    await page.goto(`${desk.url}/history`)
    expect(await page.getByRole('row', { name: /personal data shown/ }).innerText()).toMatch(
      /ada[\s\S]*\/runs\/run-seed-28/,
    )
    await page.goto(`${desk.url}/runs/run-seed-28`)
    await page.getByRole('button', { name: 'Hide it again' }).click()
    await page.getByText('Ids and values are masked').first().waitFor()
    for (const canary of CANARIES) expect(await page.content()).not.toContain(canary)
  })

  it('whoever may only look sees no button that decides, and the command that does', async () => {
    const desk = await open()
    const { page } = await enter(desk, { as: VERA })
    await page.goto(`${desk.url}/holds/${SEEDED_HOLD}`)
    expect(await page.getByRole('button', { name: /approve|reject/i }).count()).toBe(0)
    expect(await page.locator('main').innerText()).toMatch(
      /vera may look, and not approve or reject: that takes the role approver\.[\s\S]*vanta-sync approve hold-7f3a91c2d4 --reason/,
    )
    await page.goto(`${desk.url}/resources/people`)
    expect(await page.getByRole('button', { name: /run|pause/i }).count()).toBe(0)
    await page.goto(`${desk.url}/connectors`)
    expect(await page.getByRole('button', { name: 'Check now' }).count()).toBe(0)
  })

  it('a connector that the last run could not read says so with the next step, though its check was well', async () => {
    const desk = await open()
    await enrich(desk.operator)
    desk.operator.setStatus('staff', {
      error: { code: 'file-missing', message: 'CANARY', source: 'people-csv' },
      wrong: 'people-csv could not be read whole (file-missing)',
      remedy: 'Look at the run for the place.',
      lastRunAt: toInstant(Date.now()),
      lastRunId: 'run-seed-29',
    })
    const { page } = await enter(desk)
    await page.goto(`${desk.url}/connectors`)
    const unread = await page.getByRole('listitem').filter({ hasText: 'people-csv' }).innerText()
    expect(unread).toMatch(/could not be read[\s\S]*staff: people-csv could not be read whole[\s\S]*Look at the run/)
    expect(unread).not.toContain('CANARY')
    expect(await page.locator('h1').innerText()).toMatch(/^2 of \d+ connectors cannot be read$/)
  })

  it('connectors tell their last check with cause and remedy, and are checked when asked', async () => {
    const desk = await open()
    await enrich(desk.operator)
    const { page } = await enter(desk)
    await page.goto(`${desk.url}/connectors`)
    const broken = page.getByRole('listitem').filter({ hasText: 'directory-ldap' })
    expect(await broken.innerText()).toMatch(
      /check failed[\s\S]*staff[\s\S]*3,990 rows[\s\S]*refuses the password[\s\S]*Set the new password[\s\S]*credentials-refused/,
    )
    await broken.getByRole('button', { name: 'Check now' }).click()
    await broken.getByText('reachable', { exact: true }).waitFor()
  })

  it('the history is of one resource when that is asked for, and can be taken away whole', async () => {
    const desk = await open()
    await enrich(desk.operator)
    const { page } = await enter(desk)
    await page.goto(`${desk.url}/history`)
    await page.getByLabel('Resource').selectOption('secrets')
    await page.getByRole('button', { name: 'Show' }).click()
    const rows = await page.locator('tbody tr').allInnerTexts()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatch(/paused[\s\S]*secrets[\s\S]*ada[\s\S]*password on the page[\s\S]*ticket OPS-1412/)
    expect(await page.getByRole('link', { name: 'CSV' }).getAttribute('href')).toBe('/api/history.csv?resource=secrets')
    await page.goto(`${desk.url}/history`)
    expect(await page.locator('tbody tr').count()).toBe(26)
    for (let entry = 0; entry < 80; entry++) {
      await desk.state.append({ chain: 'access', at: entry, kind: 'reveal', facts: { by: 'vera' } })
    }
    await page.reload()
    expect(await page.locator('tbody tr').count()).toBe(100)
    await page.getByRole('link', { name: 'Show older' }).click()
    await page.getByText('run-staff-24').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(6)
  })

  it('a run that begins and ends is shown without loading the page again, and told to screen readers', async () => {
    const desk = await open({ slowRuns: true })
    desk.operator.setStatus('people', { health: 'failing' })
    const { page } = await enter(desk)
    await page.evaluate('window.same = true')
    const id = await desk.operator.runNow('people', { name: 'vera', provenBy: 'token' })
    await page.locator('.card.live').getByText('4,200 of 12,000 rows').waitFor()
    desk.operator.setStatus('people', { health: 'healthy' })
    await desk.operator.finish(id)
    await page.locator('.card.live').waitFor({ state: 'detached' })
    expect(await page.evaluate('window.same')).toBe(true)
    expect(await page.getByRole('status').innerText()).toBe('4 of 8 resources need somebody')
  })

  it('what is typed, unfolded and focused outlives the news, and comes with it once the field is left empty', async () => {
    const desk = await open({ slowRuns: true })
    const { page } = await enter(desk)
    await page.goto(`${desk.url}/resources/people`)
    await page.getByText('The plots as a table').click()
    await page.getByText('Pause it…').click()
    await page.getByLabel('Reason').fill('half a sent')
    const id = await desk.operator.runNow('people', { name: 'vera', provenBy: 'token' })
    await page.waitForTimeout(1600)
    expect(await page.getByLabel('Reason').inputValue()).toBe('half a sent')
    expect(await page.getByRole('heading', { name: 'Running now' }).count()).toBe(0)

    await page.getByLabel('Reason').fill('')
    await page.getByText('Pause it…').focus()
    await page.getByRole('heading', { name: 'Running now' }).waitFor()
    expect(await page.locator('details.data').getAttribute('open')).toBe('')
    expect(await focusOf(page)).toEqual({ name: 'Pause it…', seen: true })
    await desk.operator.finish(id)
    await page.getByRole('heading', { name: 'Running now' }).waitFor({ state: 'detached' })
  })

  it('what somebody wrote is text, wherever it is shown', async () => {
    const desk = await open()
    await enrich(desk.operator)
    for (const name of ['people', 'directory']) {
      desk.operator.setStatus(name, { health: 'failing', wrong: ATTACK, remedy: ATTACK, notices: [ATTACK] })
    }
    await desk.operator.pause({
      resource: 'people',
      by: { name: ATTACK, provenBy: ATTACK },
      reason: ATTACK,
      forMs: 9e7,
    })
    await desk.operator.decide({
      hold: SEEDED_HOLD,
      decision: 'reject',
      by: { name: ATTACK, provenBy: ATTACK },
      reason: ATTACK,
    })
    await desk.state.checks.save({
      connector: 'people-csv',
      at: Date.now(),
      ok: false,
      says: ATTACK,
      hint: ATTACK,
      code: ATTACK,
    })
    const { page } = await enter(desk)
    const paths = ['/', '/resources/people', '/holds', `/holds/${SEEDED_HOLD}`, '/connectors', '/history']
    for (const path of paths) {
      await page.goto(`${desk.url}${path}`)
      const shown = (await page.locator('main').innerText()).includes('<img src=x onerror=')
      const made = (await page.locator('main img').count()) > 0 || !(await page.title()).includes('vanta-sync')
      expect({ path, shown, made }).toEqual({ path, shown: true, made: false })
    }
  })

  it('a page that is not there, and a resource that is not, say so', async () => {
    const desk = await open()
    const there = await enter(desk)
    for (const [path, said] of [
      ['/resources/%3Cb%3Enone', 'There is no resource "<b>none".'],
      ['/runs/none', 'There is no run "none".'],
      ['/holds/none', 'There is no hold "none".'],
      ['/nowhere', 'There is no such page.'],
    ] as const) {
      const answer = await there.page.goto(`${desk.url}${path}`)
      expect(answer?.status()).toBe(404)
      expect(await there.page.locator('main').innerText()).toContain(said)
    }
    there.complaints.splice(0)
  })

  it('after the login people land where they wanted to go', async () => {
    const desk = await open()
    const there = await enter(desk, { as: false })
    await there.page.goto(`${desk.url}/holds/${SEEDED_HOLD}`)
    await there.page.getByLabel('Name').fill(ADA.name)
    await there.page.getByLabel('Password').fill(ADA.password)
    await there.page.getByRole('button', { name: 'Log in' }).click()
    await there.page.waitForURL(`${desk.url}/holds/${SEEDED_HOLD}`)
    await there.page.getByRole('button', { name: 'Log out' }).click()
    await there.page.waitForURL('**/login')
  })
})
