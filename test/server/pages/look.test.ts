import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
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

const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
} as const

describeWithService('every page, looked at in a browser', programs('chromium'), () => {
  let browser: Browser
  let desk: Desk
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true })
    browser = await launch()
    desk = await openDesk({ pages: createPages, slowRuns: true })
    await enrich(desk.operator)
    crowd(desk.operator)
    await desk.operator.runNow('training', { name: 'ada', provenBy: 'test' })
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  for (const [look, options] of Object.entries(LOOKS)) {
    it(`in ${look} each page fits the window, satisfies axe, and makes the browser complain of nothing`, async () => {
      const there = await visit(browser, desk.url, options)
      const found: string[] = []
      for (const [name, path] of Object.entries(PAGES)) found.push(...(await inspect(there, { look, name, path })))
      await there.page.getByRole('heading', { name: '404' }).or(there.page.getByText('There is no such page')).waitFor()
      expect(found).toEqual([])
      // The one that is not there is told by the console, as it must be.
      expect(there.complaints.filter((each) => !each.includes('404'))).toEqual([])
      await there.close()
    })

    it(`in ${look} the login does so too, before and after a wrong password`, async () => {
      const there = await visit(browser, desk.url, { ...options, as: false })
      const found = await inspect(there, { look, name: 'login', path: '/login' })
      await there.page.getByLabel('Name').fill('ada')
      await there.page.getByLabel('Password').fill('wrong')
      await there.page.getByRole('button', { name: 'Log in' }).click()
      await there.page.getByRole('alert').waitFor()
      found.push(...(await inspect(there, { look, name: 'login-wrong', path: undefined })))
      expect(found).toEqual([])
      await there.close()
    })
  }

  async function inspect(
    { page }: Visit,
    { look, name, path }: { look: string; name: string; path: string | undefined },
  ): Promise<string[]> {
    if (path !== undefined) await page.goto(`${desk.url}${path}`)
    await page.screenshot({ path: join(SHOTS, `page-${name}-${look}.png`), fullPage: true })
    const wide = await overflowing(page)
    const faults = look === 'phone' ? [] : await axeFindings(page)
    return [...wide, ...faults].map((each) => `${name}: ${each}`)
  }
})
