import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createStateFolders, kill, recordsOf, says, TARGET } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const SIZE = 3000
const KILLS = 20

describe('a process killed while it commits', () => {
  it('leaves the baseline before or the baseline after, never a torn one', { timeout: 120_000 }, async () => {
    const path = states.folder()
    const state = await states.open(path)
    let last = -1
    const start = (): ChildProcess => states.start('./commit-until-killed.ts', [path, String(SIZE), '0'])
    for (let time = 0; time < KILLS; time++) {
      const child = start()
      await says(child, 'committed')
      await wait((time * 7) % 60)
      await kill(child)
      const head = await state.baselines.head(TARGET)
      const records = await recordsOf(state)
      last = head?.confirmedAt ?? -1
      expect(records).toHaveLength(SIZE + (last % 7))
      expect(head?.records).toBe(records.length)
      expect(new Set(records.map(({ body }) => body))).toEqual(new Set([`{"generation":${last}}`]))
    }
    expect(last).toBeGreaterThanOrEqual(0)
  })
})
