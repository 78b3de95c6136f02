/** A real browser on the pages: what it shows, what it complains of, and what axe finds. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { findProgram } from '../../support/service.ts'
import { ADA } from '../support.ts'

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export async function launch(): Promise<Browser> {
  const executablePath = findProgram('chromium')
  if (executablePath === undefined) throw new Error('chromium is not installed')
  return chromium.launch({ executablePath, args: ARGUMENTS })
}

export interface Visit {
  readonly page: Page
  /** Errors of the console, exceptions, and what the content security policy refused. */
  readonly complaints: string[]
  close(): Promise<void>
}

export interface VisitOptions extends BrowserContextOptions {
  /** Who logs in; `false`: nobody. */
  readonly as?: { readonly name: string; readonly password: string } | false
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { as = ADA, ...rest } = options
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...rest })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  if (as !== false) {
    await page.getByLabel('Name').fill(as.name)
    await page.getByLabel('Password').fill(as.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('link', { name: 'Overview', exact: true }).waitFor()
  }
  return { page, complaints, close: () => context.close() }
}

/** What axe finds wrong, a line each; by all rules unless told. Handed in by the debugger: the policy of the page lets no foreign script in. */
export async function axeFindings(page: Page, only: readonly string[] = []): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const runOnly = only.length === 0 ? RULES : { type: 'rule', values: only }
  try {
    await session.send('Runtime.evaluate', { expression: `if (!window.axe) {${AXE}}` })
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, { runOnly: ${JSON.stringify(runOnly)} }).then(({ violations }) => JSON.stringify(violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all }) => id + ': ' + target.join(' ') + ' ' + [...any, ...all].map(({ message }) => message).join('; ')))))`,
      awaitPromise: true,
      returnByValue: true,
    })
    return JSON.parse(String(result.value)) as string[]
  } finally {
    await session.detach()
  }
}

/** What stands out to the right of the window, scrolling tables and what is for screen readers aside. */
export async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const wide = [...document.querySelectorAll('body *')].filter((each) => {
      if (each.closest('.scroll, .unseen, .skip, thead, svg') !== null) return false
      return each.getBoundingClientRect().right > innerWidth + 1
    })
    const found = wide.map((each) => each.tagName + ' ' + each.className + ': ' + each.textContent.trim().slice(0, 40))
    const beyond = document.scrollingElement.scrollWidth - innerWidth
    return beyond > 0 ? [...found, 'the page is ' + beyond + ' wider than the window'] : found
  })()`)
}

export interface Focus {
  /** Its id, or what it says. */
  readonly name: string
  /** It has a line around it that people see. */
  readonly seen: boolean
}

export async function focusOf(page: Page): Promise<Focus> {
  return page.evaluate<Focus>(`(() => {
    const at = document.activeElement
    const { outlineStyle, outlineWidth } = getComputedStyle(at)
    return { name: at.id || at.textContent.trim(), seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 }
  })()`)
}
