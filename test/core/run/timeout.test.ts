/** A read that outlives its time is a failure of its resource alone. */
import { describe, expect, it } from 'vitest'
import { MINUTE, SECOND } from '../../../core/clock.ts'
import type { RunDocument } from '../../../core/run/document.ts'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts'
import {
  people,
  PEOPLE_MAP,
  RESOURCE_ID,
  sourceOf,
  type Table,
  typeOf,
  useWorkshops,
  type Workshop,
} from '../../support/workshop.ts'

const workshop = useWorkshops()

interface Two {
  readonly shop: Workshop
  readonly clock: FakeClock
  readonly slow: Table
}

/** Two resources of one application; the first one is `slow`. */
async function twoResources(): Promise<Two> {
  const clock = createFakeClock()
  const shop = await workshop({ clock, resource: { timeoutMs: MINUTE } })
  const [first] = shop.settings.resources
  if (first === undefined) throw new Error('there is no resource')
  const slow: Table = { rows: people(4), ending: 'complete' }
  const sources = [sourceOf(slow, typeOf('user_account'), PEOPLE_MAP, 'slow-export')]
  const other = { ...first, name: 'slow', resourceIds: ['b'.repeat(24)], sources }
  Object.assign(shop.settings, { resources: [other, first] })
  return { shop, clock, slow }
}

/** Lets time pass as soon as the slow read waits, until the run has ended. */
async function runThrough({ shop, clock }: Two, isWaiting: () => boolean): Promise<RunDocument> {
  const running = shop.run({ resources: shop.settings.resources })
  await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true)
  await clock.advance(MINUTE)
  await clock.advance(5 * SECOND)
  return running
}

describe('a read that outlives its timeout', () => {
  it('fails its resource, and the other one of the application is pushed with the same token', async () => {
    const two = await twoResources()
    let isWaiting = false
    two.slow.before = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
        isWaiting = true
      })
    const document = await runThrough(two, () => isWaiting)
    expect(document).toMatchObject({ outcome: 'failed', exitCode: 12, applications: [{ tokensMinted: 1 }] })
    expect(document.resources).toMatchObject([
      { name: 'slow', outcome: 'failed', error: { code: 'source-timeout' }, requests: { put: 0 } },
      { name: 'accounts', outcome: 'pushed', resourceIds: [RESOURCE_ID] },
    ])
    expect(two.shop.held()).toHaveLength(3)
  })

  it('is left behind and its connector named when it does not listen, and what it yields later is nothing', async () => {
    const two = await twoResources()
    let goOn: (() => void) | undefined
    two.slow.before = () => new Promise((resolve) => (goOn = resolve))
    const document = await runThrough(two, () => goOn !== undefined)
    expect(document.resources).toMatchObject([{ outcome: 'failed' }, { outcome: 'pushed' }])
    expect(document.resources[0]?.error?.message).toBe(
      'slow-export was not read to its end within 1 min; its connector "table" ignored the abort and was left behind',
    )
    goOn?.()
    delete two.slow.before
    expect(two.shop.held()).toHaveLength(3)
    const again = await two.shop.run({ resources: two.shop.settings.resources })
    expect(again).toMatchObject({ exitCode: 0 })
    expect(two.shop.held()).toHaveLength(7)
  })
})
