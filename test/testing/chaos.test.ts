/** The whole runner on a source that goes wrong in every way we know; and bugs planted into it, which must be seen. */
import { describe, expect, it } from 'vitest'
import type { Connector, Proof, Row } from '../../core/connector.ts'
import { CHAOS_FAULTS } from '../../testing/chaos/faults.ts'
import { createChaosSource } from '../../testing/chaos/source.ts'
import { readRows } from '../../testing/read-rows.ts'
import { DEFAULT_GUARD } from '../support/workshop.ts'
import { type ChaosRun, runChaos } from './chaos-run.ts'

const PATIENT = 120_000
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const RUNS = 50

describe('the runner on a source of chaos', () => {
  it(
    `holds its invariants over ${SEEDS.length * RUNS} runs, and every fault takes effect`,
    async () => {
      const fired = new Set<string>()
      const outcomes = new Map<string, number>()
      for (const seed of SEEDS) {
        const tally = await runChaos({ seed, runs: RUNS })
        for (const fault of tally.fired.keys()) fired.add(fault)
        for (const [outcome, count] of tally.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count)
      }
      expect(CHAOS_FAULTS.filter((fault) => !fired.has(fault))).toEqual([])
      // A runner that never pushed would hold every invariant.
      for (const outcome of ['pushed', 'held', 'failed', 'approved'])
        expect([outcome, (outcomes.get(outcome) ?? 0) > 20]).toEqual([outcome, true])
    },
    PATIENT,
  )

  it.each<[string, Omit<ChaosRun, 'seed' | 'runs'>, RegExp]>([
    [
      'takes an incomplete proof for a complete one',
      { wrap: withProof((proof, rows) => (proof === undefined ? undefined : { ...proof, rows, complete: true })) },
      /unproven read/,
    ],
    [
      'takes the end of a read for a proof',
      { wrap: withProof((proof, rows) => proof ?? { complete: true, rows, asOf: new Date(), evidence: 'it ended' }) },
      /unproven read/,
    ],
    ['ignores the count', { wrap: withProof((proof, rows) => proof && { ...proof, rows }) }, /unproven read/],
    [
      'does not look at the date',
      { wrap: withProof((proof) => proof && { ...proof, asOf: new Date(Date.UTC(2026, 0, 1)) }) },
      /unproven read/,
    ],
    [
      'drops invalid rows before they are counted',
      { wrap: withRows((row) => row.fields['email'] !== '' && row.fields['role'] !== 'Emperor') },
      /numbers of the document|accepted set|deletes nobody/,
    ],
    ['takes the first of two people with one id', { wrap: firstOfEach }, /numbers of the document|accepted set/],
    ['removes who has a bad record', { resource: { onInvalid: 'drop' } }, /accepted set|deletes nobody/],
    [
      'has no guard',
      { resource: { guard: { ...DEFAULT_GUARD, maxRemoved: { kind: 'share', share: 1, text: '100%' } } } },
      /beyond the guard/,
    ],
    [
      'forgets what left earlier today',
      { faults: ['lets some people go'], resource: { guard: { ...DEFAULT_GUARD, windowMs: 1 } } },
      /beyond the guard/,
    ],
  ])(
    'is caught when it %s',
    async (_, bug, said) => {
      await expect(untilItFails(bug)).rejects.toThrow(said)
    },
    PATIENT,
  )
})

describe('the chaos source', () => {
  it('gives the same reads for the same seed, and others for another', async () => {
    const [one, same, other] = await Promise.all([7, 7, 8].map(readSeveral))
    expect(one).toEqual(same)
    expect(one).not.toEqual(other)
  })

  it('repeats its last read when it is asked to', async () => {
    const source = createChaosSource({ seed: 3, rows: 20, faults: [] })
    const first = await readRows(source.connector, {})
    source.again()
    expect((await readRows(source.connector, {})).rows).toEqual(first.rows)
    expect(source.last()?.number).toBe(0)
  })

  it('injects only the faults that it is told to, and counts them', async () => {
    const source = createChaosSource({ seed: 5, rows: 20, faults: ['gives nobody'] })
    const counts: number[] = []
    for (let read = 0; read < 6; read++) counts.push((await readRows(source.connector, {})).rows.length)
    expect(counts.map((count) => count === 0)).toEqual([false, true, true, false, true, true])
    expect([...source.fired]).toEqual([['gives nobody', 4]])
  })
})

async function readSeveral(seed: number): Promise<unknown> {
  const faults = CHAOS_FAULTS.filter((fault) => !fault.includes('stalls') && !fault.includes('throws'))
  const source = createChaosSource({ seed, rows: 30, faults })
  const reads = []
  for (let read = 0; read < 20; read++) reads.push((await readRows(source.connector, {})).rows)
  return reads
}

/** Runs seed after seed; a bug that three of them do not show is not noticed. */
async function untilItFails(bug: Omit<ChaosRun, 'seed' | 'runs'>): Promise<void> {
  for (const seed of [1, 2, 3]) await runChaos({ seed, runs: RUNS, ...bug })
}

function withProof(change: (proof: Proof | undefined, rows: number) => Proof | undefined) {
  return (connector: Connector): Connector => ({
    ...connector,
    async *read(ctx) {
      let rows = 0
      const reading = connector.read(ctx)
      let step = await reading.next()
      for (; step.done !== true; step = await reading.next()) {
        rows += 'fields' in step.value ? 1 : step.value.length
        yield step.value
      }
      return change(step.value, rows)
    },
  })
}

function withRows(keep: (row: Row) => boolean) {
  return (connector: Connector): Connector => ({
    ...connector,
    async *read(ctx) {
      let dropped = 0
      const reading = connector.read(ctx)
      let step = await reading.next()
      for (; step.done !== true; step = await reading.next()) {
        const batch = 'fields' in step.value ? [step.value] : step.value
        const kept = batch.filter(keep)
        dropped += batch.length - kept.length
        yield kept
      }
      // It states a count that fits what it let through.
      return step.value && { ...step.value, rows: step.value.rows - dropped }
    },
  })
}

function firstOfEach(connector: Connector): Connector {
  return {
    ...connector,
    read(ctx) {
      const seen = new Set<unknown>()
      return withRows(({ fields }) => seen.size < seen.add(fields['id']).size)(connector).read(ctx)
    },
  }
}
