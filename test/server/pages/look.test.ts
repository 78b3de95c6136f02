import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPages } from '../../../server/pages/routes.ts'
import { describeWithService, programs } from '../../support/service.ts'
import { SEEDED_HOLD } from '../seed.ts'
import { type Desk, openDesk } from '../support.ts'
import { axeFindings, launch, overflowing, type Visit, visit } from './browser.ts'
import { BIG_RUN, crowd, enrich, LONG_NAME } from './enrich.ts'

const SHOTS = join(import.meta.dirname, '../../../test-results')

const PAGES = {
  overview: '/',
  resource: '/resources/staff',
  'resource-held': '/resources/contractors',
  'resource-paused': '/resources/secrets',
  'resource-broken': '/resources/directory',
  'resource-long-name': `/resources/${LONG_NAME}`,
  runs: '/runs',
  run: '/runs/run-seed-29',
  'run-big': `/runs/${BIG_RUN}`,
  holds: '/holds',
  hold: `/holds/${SEEDED_HOLD}`,
  connectors: '/connectors',
  history: '/history',
  missing: '/nowhere',
} as const

const DESK = { width: 1280, height: 900 }
const PHONE = { width: 360, height: 740 }

describeWithService('every page, looked at in a browser', programs('chromium'), () => {
  let browser: Browser
  let desk: Desk
  let there: Visit | undefined
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true })
    browser = await launch()
    desk = await openDesk({ pages: createPages, slowRuns: true, runs: 12 })
    await enrich(desk.operator)
    crowd(desk.operator)
    await desk.operator.runNow('training', { name: 'ada', provenBy: 'test' })
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  it.each(Object.entries(PAGES))(
    'the page %s fits the window and satisfies axe, light, dark and on a phone',
    async (name, path) => {
      there ??= await visit(browser, desk.url, { viewport: DESK, colorScheme: 'light' })
      await there.page.goto(`${desk.url}${path}`)
      expect(await inspect(there.page, name)).toEqual([])
    },
  )

  it('none of them makes the browser complain', () => {
    // Of the one that is not there the browser says so, as it must.
    expect(there?.complaints.filter((each) => !each.includes('404'))).toEqual([])
  })

  it('the login does so too, before and after a wrong password', async () => {
    const { page, close } = await visit(browser, `${desk.url}/login`, { viewport: DESK, as: false })
    const found = await inspect(page, 'login')
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('alert').waitFor()
    found.push(...(await inspect(page, 'login-wrong')))
    expect(found).toEqual([])
    await close()
  })

  it('the first page of a new installation does so too', async () => {
    const fresh = await openDesk({ pages: createPages, runs: 0 })
    const { page, close } = await visit(browser, fresh.url, { viewport: DESK })
    expect(await inspect(page, 'overview-new')).toEqual([])
    await close()
    await fresh.close()
  })
})

/** Takes its picture in each look; structure and names are the same in all of them, colours are not. */
async function inspect(page: Page, name: string): Promise<string[]> {
  const picture = (look: string): Promise<unknown> =>
    page.screenshot({ path: join(SHOTS, `page-${name}-${look}.png`), fullPage: true })
  await page.setViewportSize(DESK)
  await page.emulateMedia({ colorScheme: 'light' })
  await picture('light')
  const found = [...(await overflowing(page)), ...(await axeFindings(page))]
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture('dark')
  found.push(...(await axeFindings(page, ['color-contrast'])))
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(PHONE)
  await picture('phone')
  return [...found, ...(await overflowing(page)), ...(await axeFindings(page, ['target-size']))]
}
