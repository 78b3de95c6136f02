/** A hold that is approved on the page by a browser without JavaScript, from the login to what Vanta then holds. */
import { describe, expect, it } from 'vitest'
import { people, until, withOffice } from '../support/cli.ts'
import { ask, daemonConfig, PASSWORD, startDaemonIn } from '../support/daemon.ts'
import { createPlainBrowser } from '../support/plain-browser.ts'

const PATIENT = 120_000
const APPROVE = 'Approve: read again and push if no more than this trips'

describe('a hold on the page', () => {
  it(
    'is approved by forms alone, pushed, and the history says who did it and how that is known',
    () =>
      withOffice({ config: daemonConfig(), people: people(20) }, async (office) => {
        const daemon = await startDaemonIn(office)
        expect(await daemon.ended(await daemon.run())).toMatchObject({ exitCode: 0 })
        await office.export(people(10))
        expect(await daemon.ended(await daemon.run())).toMatchObject({ exitCode: 11 })

        const browser = createPlainBrowser(daemon.url)
        const door = await browser.open('/holds')
        expect(door.path).toBe('/login?next=%2Fholds')
        const wrong = await browser.send(door.form('Log in'), { name: 'ada', password: 'not this' })
        expect([wrong.status, wrong.text]).toEqual([401, expect.stringContaining('Name or password is wrong')])
        const holds = await browser.send(wrong.form('Log in'), { name: 'ada', password: PASSWORD })
        expect([holds.status, holds.path]).toEqual([200, '/holds'])
        const [, path = ''] = /href="(\/holds\/hold-[^"]+)"/.exec(holds.text) ?? []
        const hold = await browser.open(path)
        expect(hold.text).toContain('10 of 20')

        const form = hold.form(APPROVE)
        const forged = await browser.send({ ...form, fields: {} }, { reason: 'by a foreign page' })
        expect(forged.status).toBe(403)
        const silent = await browser.send(form, { reason: ' ' })
        expect(silent.status).toBeGreaterThanOrEqual(400)
        expect(office.held()).toHaveLength(20)

        const run = await browser.send(form, { reason: 'The Leeds office closed' })
        expect([run.status, run.path]).toEqual([200, expect.stringMatching(/^\/runs\//)])
        await until(() => office.held().length === 10)
        await until(async () => (await browser.open(run.path)).text.includes('succeeded'))
        expect((await browser.open(path)).text).toMatch(/Approved by ada<\/b>[\s\S]*The Leeds office closed/)

        const lines = (await daemon.get('/api/history.jsonl')).text.split('\n')
        const [latest] = lines.map((line) => (line === '' ? {} : (JSON.parse(line) as Record<string, unknown>)))
        expect(latest).toMatchObject({ command: 'approve', startedBy: expect.stringMatching(/^ada \(/), pushed: 10 })
        const decided = lines.find((line) => line.includes('"decidedBy"'))
        expect(JSON.parse(decided ?? '{}')).toMatchObject({
          decidedBy: 'ada',
          provenBy: expect.stringMatching(/password/),
          reason: 'The Leeds office closed',
        })
        expect((await ask(office, 'history', '--limit', '1')).stdout).toMatch(/approve .*ada \(.*password/)
        expect((await daemon.end()).code).toBe(0)
      }),
    PATIENT,
  )
})
