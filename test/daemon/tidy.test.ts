import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { processHeap } from '../../cli/heap.ts'
import { MINUTE, SECOND } from '../../core/clock.ts'
import type { LiveRun } from '../../core/health/status.ts'
import { silentLog } from '../../core/log.ts'
import { startTidying } from '../../daemon/tidy.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

const MIB = 1024 * 1024

const RUN: LiveRun = { runId: 'r1', command: 'run', startedAt: '2026-11-23T09:30:00Z', startedBy: 'ada', resources: [] }

interface Tidied {
  readonly clock: FakeClock
  /** Changes under the test's hands. */
  readonly world: { bytes: number; live: readonly LiveRun[]; collections: number; readonly usedBytes: number }
}

/** A heap of which 20 MiB are in use, whatever it has grown to. */
async function tidied(): Promise<Tidied> {
  const clock = createFakeClock()
  const world: Tidied['world'] = { bytes: 60 * MIB, live: [], collections: 0, usedBytes: 20 * MIB }
  const heap = {
    bytes: () => world.bytes,
    async collect() {
      world.collections += 1
      world.bytes = world.usedBytes
    },
  }
  const loop = startTidying({ clock, log: silentLog, heap, runner: { live: () => world.live } })
  onTestFinished(() => loop.stop())
  // Lets it fall asleep.
  await clock.advance(0)
  return { clock, world }
}

describe('the memory of an idle daemon', () => {
  it('is given back soon after the start, and not again while the heap stays small', async () => {
    const { clock, world } = await tidied()
    await clock.advance(9 * SECOND)
    expect(world.collections).toBe(0)
    await clock.advance(SECOND)
    expect(world.collections).toBe(1)
    world.bytes += 3 * MIB
    await clock.advance(10 * MINUTE)
    expect(world.collections).toBe(1)
  })

  it('is given back after a run that made the heap grow, and not while the run goes on', async () => {
    const { clock, world } = await tidied()
    await clock.advance(MINUTE)
    world.live = [RUN]
    world.bytes = 200 * MIB
    await clock.advance(10 * MINUTE)
    expect(world.collections).toBe(1)
    world.live = []
    await clock.advance(MINUTE)
    expect(world.collections).toBe(2)
  })
})

describe('the heap of a process', () => {
  it('shrinks when it is collected, and the process goes on', async () => {
    let held: unknown = Array.from({ length: 500_000 }, (_, index) => ({ index, text: `row ${index}` }))
    const full = processHeap.bytes()
    expect(held).toHaveLength(500_000)
    held = undefined
    await processHeap.collect()
    expect(full - processHeap.bytes()).toBeGreaterThan(20 * MIB)
    expect(await wait(1, 'awake')).toBe('awake')
  })
})
