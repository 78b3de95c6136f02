/** What the pages about the daemon show works as it stands there. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metricsText } from '../../server/metrics-text.ts'
import { GOOD, mistakes } from '../config/fixture.ts'
import { createWorkshop } from '../support/workshop.ts'
import { takeSnapshot } from '../../core/health/snapshot.ts'
import { codeBlocks, readText, section } from './pages.ts'

function configs(page: string): string[] {
  return codeBlocks(readText(page), 'yaml').filter((block) => /^(server|notify|metrics):/.test(block))
}

describe.each(['docs/status-page.md', 'docs/docker.md', 'docs/daemon.md', 'docs/notifications.md'])('%s', (page) => {
  it('shows configurations that are right', async () => {
    const shown = configs(page)
    expect(shown.length).toBeGreaterThan(0)
    for (const block of shown) {
      const text = `${GOOD}${block.replaceAll('people-accounts', 'people')}`
      const files = { 'server.pem': 'x', 'server-key.pem': 'x' }
      expect([block, ...(await mistakes(text, { secrets: 'ignore', files }))]).toEqual([block])
    }
  })
})

describe('docs/daemon.md', () => {
  it('names metrics that there are, in rules that Prometheus can read', async () => {
    const shop = await createWorkshop({ resource: { maxAgeMs: 1000 } })
    await shop.run()
    const text = await metricsText(await takeSnapshot(shop.context()), await shop.state.runs.totals())
    await shop.close()
    const rules = codeBlocks(section(readText('docs/daemon.md'), 'Metrics'), 'yaml').at(-1) ?? ''
    const named = [...rules.matchAll(/vanta_sync_\w+/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(2)
    // Without a daemon there is no line of it; its help is there all the same.
    for (const name of named) expect(text).toContain(`# TYPE ${name} `)
    expect(parse(rules)).toMatchObject({ groups: [{ rules: expect.any(Array) }] })
  })
})
