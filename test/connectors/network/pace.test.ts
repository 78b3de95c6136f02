import { expect, test } from 'vitest'
import { createPace } from '../../../connectors/network/pace.ts'
import { createAutoClock, START } from '../../support/fake-clock.ts'

test('no minute has more requests than allowed, wherever it begins', async () => {
  const clock = createAutoClock()
  const pace = createPace(3, clock)
  const { signal } = new AbortController()
  const at: number[] = []
  for (let i = 0; i < 10; i++) {
    await pace(signal)
    at.push(clock.now() - START)
    await clock.sleep(5000)
  }
  expect(at.slice(0, 7)).toEqual([0, 5000, 10_000, 60_000, 65_000, 70_000, 120_000])
})

test('a wait for the next minute ends with the run', async () => {
  const pace = createPace(1, createAutoClock())
  const abort = new AbortController()
  await pace(abort.signal)
  abort.abort(new Error('stop'))
  await expect(pace(abort.signal)).rejects.toThrow('stop')
})
