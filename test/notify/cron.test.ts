/** `vanta-sync run` as cron starts it: its own process each time, one state between them. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openOffice, people, standardConfig, textsBelow } from '../support/cli.ts'
import { useDesks } from '../support/notify-desk.ts'
import type { Recorder } from '../support/recorder.ts'

const desks = useDesks()

const NOTIFY = `notify:
  - webhook: { url: { env: HOOK }, secret: { env: KEY } }
  - ping: { start: { env: PING_START }, success: { env: PING_OK }, failure: { env: PING_FAIL } }
  - { name: broken, slack: { env: BROKEN } }
`

function titles({ requests }: Recorder): string[] {
  return requests.map(({ body }) => (JSON.parse(body) as { title: string }).title)
}

describe('Runs from cron', () => {
  it('tell of trouble, of a hold and of recovery once, ping the switch, and are not failed by a notifier', async () => {
    const [hook, pings, gone] = [await desks.record(), await desks.record(), await desks.record()]
    await gone.close()
    const office = await openOffice({ config: ({ url }) => standardConfig(url, NOTIFY), people: people(20) })
    Object.assign(office.env, {
      HOOK: `${hook.url}/hook-canary`,
      KEY: 'key-canary',
      BROKEN: `https://127.0.0.1:${gone.port}/broken-canary`,
      PING_START: `${pings.url}/start`,
      PING_OK: `${pings.url}/ok`,
      PING_FAIL: `${pings.url}/fail`,
    })
    try {
      const logs: string[] = []
      const run = async (exitCode: number): Promise<void> => {
        const { code, stdout, stderr } = await office.cli('run')
        logs.push(stdout, stderr)
        expect({ code, stderr: code === exitCode ? '' : stderr }).toEqual({ code: exitCode, stderr: '' })
      }
      await run(0)
      await rm(join(office.folder, 'people.csv'))
      await run(12)
      await run(12)
      await office.export(people(20))
      await run(0)
      await office.export(people(5))
      await run(11)
      expect(titles(hook)).toEqual([
        expect.stringMatching(/^people-x-accounts is failing: file-missing$/),
        expect.stringMatching(/^people-x-accounts has recovered after \d+ s$/),
        'people-x-accounts is held: 15 of 20 would leave; 5% allows 5',
      ])
      const ends = pings.requests.map(({ path }) => path).filter((path) => path !== '/start')
      expect(ends).toEqual(['/ok', '/fail', '/fail', '/ok', '/fail'])
      expect(logs.join('')).toMatch(/Notifier \\"broken\\" was not told: 127\.0\.0\.1:\d+ refuses the connection/)
      const bodies = [...hook.requests, ...pings.requests].map(({ body }) => body)
      expect([...logs, ...bodies].filter((text) => text.includes('canary'))).toEqual([])
      expect(bodies.filter((text) => /Person|E-10|@example/.test(text))).toEqual([])
      const kept = await textsBelow(join(office.folder, '.vanta-sync'))
      expect([...kept.values()].filter((text) => text.includes('canary'))).toEqual([])
    } finally {
      await office.close()
    }
  })
})
