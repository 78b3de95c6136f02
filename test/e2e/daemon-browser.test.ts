/** The whole way with a real browser, the real daemon and the local Vanta: from a first run to an approved hold. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, visit } from '../server/pages/browser.ts'
import { people, withOffice } from '../support/cli.ts'
import { daemonConfig, PASSWORD, RESOURCE, startDaemonIn } from '../support/daemon.ts'
import { describeWithService, programs } from '../support/service.ts'

const PICTURES = join(import.meta.dirname, '../../test-results')
const ADA = { name: 'ada', password: PASSWORD }

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `daemon-${name}.png`), fullPage: true })
}

describeWithService('somebody who has never seen the command line', programs('chromium'), () => {
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    browser = await launch()
  })
  afterAll(async () => {
    await browser.close()
  })

  it('runs a resource, sees what was held and why, approves it, and Vanta has it', async () => {
    await withOffice({ config: daemonConfig({ resource: '    maxAge: 3h' }), people: people(40) }, async (office) => {
      const daemon = await startDaemonIn(office)
      const { page, complaints, close } = await visit(browser, daemon.url, { as: ADA })
      await picture(page, '1-first')
      await page.getByRole('link', { name: RESOURCE, exact: true }).click()
      await page.getByRole('button', { name: 'Run now' }).click()
      await page.getByText('pushed').first().waitFor()
      expect(office.held()).toHaveLength(40)
      await picture(page, '2-run')

      await office.export(people(10))
      await page.goto(`${daemon.url}/resources/${RESOURCE}`)
      await page.getByRole('button', { name: 'Run now' }).click()
      await page.getByText('30 of 40').first().waitFor()
      expect(office.held()).toHaveLength(40)
      await page.goto(daemon.url)
      await picture(page, '3-held')
      await page.getByRole('link', { name: /hold and decide/ }).click()
      await picture(page, '4-hold')
      await page.getByLabel('Reason').first().fill('the Leeds office closed, ticket HR-311')
      await page.getByRole('button', { name: /^Approve/ }).click()
      await page.waitForURL(/\/runs\//)
      await page.getByText('pushed').first().waitFor()
      expect(office.held()).toHaveLength(10)
      await picture(page, '5-approved')

      await page.goto(`${daemon.url}/history`)
      const history = await page.locator('main').textContent()
      expect(history).toContain('the Leeds office closed, ticket HR-311')
      expect(history).toContain('ada')
      await page.goto(daemon.url)
      await page.getByRole('heading', { level: 1 }).getByText(/well/).waitFor()
      await picture(page, '6-well')
      expect(complaints).toEqual([])
      await close()
    })
  })

  it('does the same where scripts are switched off', async () => {
    await withOffice({ config: daemonConfig(), people: people(40) }, async (office) => {
      const daemon = await startDaemonIn(office)
      await daemon.ended(await daemon.run())
      await office.export(people(10))
      await daemon.ended(await daemon.run())
      const { page, close } = await visit(browser, daemon.url, { as: ADA, javaScriptEnabled: false })
      await page.getByRole('link', { name: /hold and decide/ }).click()
      await page.getByLabel('Reason').first().fill('they left on Friday')
      await page.getByRole('button', { name: /^Approve/ }).click()
      await expect.poll(() => office.held().length, { timeout: 15_000 }).toBe(10)
      await close()
    })
  })
})
