/** Streams of events end with the right to look, and none is kept for nobody. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ServerSpec } from '../../core/resource.ts'
import { basic, bearer, createBrowser } from './browser.ts'
import { ADA, type Desk, openDesk, USERS, VERA } from './support.ts'

let desk: Desk

beforeEach(async () => {
  desk = await openDesk({ runs: 0 })
})
afterEach(() => desk.close())

function listen(headers: Record<string, string>, method = 'GET'): Promise<Response> {
  return fetch(`${desk.url}/api/events`, { method, headers })
}

const EVENT = { kind: 'token-minted', application: 'people-x' } as const

describe('a stream of events', () => {
  test('is not opened by HEAD, which nobody reads: there is room for as many as before', async () => {
    for (let asked = 0; asked < 65; asked++) {
      const { status, headers } = await listen(bearer(ADA.token), 'HEAD')
      expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    }
    const stream = await listen(bearer(ADA.token))
    expect(stream.status).toBe(200)
    await stream.body?.cancel()
  })

  const withoutVera: Partial<ServerSpec> = { users: USERS.filter(({ name }) => name !== VERA.name) }
  test.each([
    ['a token', async () => bearer(VERA.token)],
    ['HTTP Basic', async () => basic(VERA.name, VERA.password)],
    ['the page', sessionOfVera],
  ])('of somebody who came in by %s and has left the configuration tells nothing more', async (_, headers) => {
    const stream = await listen(await headers())
    const text = stream.text()
    desk.operator.emit(EVENT)
    desk.configure(withoutVera)
    desk.operator.emit(EVENT)
    expect((await text).match(/event: token-minted/g)).toHaveLength(1)
  })

  test('of a page without users ends when there are users', async () => {
    desk.configure({ users: [] })
    const text = (await listen({})).text()
    desk.configure({ users: USERS })
    desk.operator.emit(EVENT)
    expect(await text).not.toContain('token-minted')
  })
})

async function sessionOfVera(): Promise<Record<string, string>> {
  const browser = createBrowser(desk.url)
  await browser.login(VERA.name, VERA.password)
  return { cookie: browser.cookie ?? '' }
}
