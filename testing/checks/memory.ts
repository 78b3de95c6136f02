/** Memory does not grow with the rows, neither within a read nor from read to read. */
import { SECOND } from '../../core/clock.ts'
import { type Check, check } from '../check.ts'
import type { Lab } from '../lab.ts'
import { createLiveHeap, type LiveHeap } from '../live-heap.ts'
import { readWhole } from '../reading.ts'
import type { Subject } from '../subject.ts'

const MIB = 1 << 20
/** Held at once, they would take 12 MiB or more. */
const LONG = 60_000
/** What buffers, batches and parsers may hold at any moment of a read. */
const WITHIN_A_READ = 10 * MIB
/** What may stay after many reads: compiled code, and the odd cache. */
const AFTER_READS = 2 * MIB
/** How often the heap is looked at in one read. Each look costs a collection. */
const LOOKS = 8
/** Reads are repeated until so many rows went by, or for so long. */
const ENOUGH_ROWS = 20_000
const ENOUGH_TIME = 5 * SECOND

export function memoryChecks(lab: Lab): readonly Check[] {
  const { startLong } = lab.fixture
  return [
    ...(startLong === undefined
      ? []
      : [
          check('memory stays flat over a long read', (signal) =>
            lab.withSource(
              async ({ subject, source }) => {
                if (source.rows < LONG)
                  throw new Error(`\`startLong\` was asked for ${LONG} rows and has ${source.rows}`)
                await judgeLongRead(subject, { rows: source.rows, signal })
              },
              () => startLong(LONG),
            ),
          ),
        ]),
    check('nothing stays in memory from read to read', (signal) =>
      lab.withSource(({ subject }) => judgeManyReads(subject, signal)),
    ),
  ]
}

/** One read, whose rows are thrown away as they come. */
export async function judgeLongRead(
  subject: Subject,
  { rows, signal }: { rows: number; signal: AbortSignal },
): Promise<void> {
  const liveHeap = createLiveHeap()
  // What is loaded at the first use is no growth.
  await readSome(subject, signal)
  const before = await liveHeap()
  const peak = await peakOf(subject, { rows, signal, liveHeap })
  const growth = peak - before
  if (growth <= WITHIN_A_READ) return
  throw new Error(
    `while ${rows} rows were read, up to ${mib(growth)} more were in use, and ${mib(WITHIN_A_READ)} are allowed; yield rows as they come instead of gathering them`,
  )
}

async function readSome(subject: Subject, outer: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const signal = AbortSignal.any([outer, enough.signal])
  await readWhole(subject, { signal, watch: { batch: () => enough.abort() } }).catch(() => outer.throwIfAborted())
}

interface LongRead {
  readonly rows: number
  readonly signal: AbortSignal
  readonly liveHeap: LiveHeap
}

async function peakOf(subject: Subject, { rows, signal, liveHeap }: LongRead): Promise<number> {
  const step = Math.max(1, Math.floor(rows / LOOKS))
  let next = 0
  let peak = 0
  await readWhole(subject, {
    signal,
    watch: {
      async batch(batch, before) {
        if (before + batch.length < next) return
        next = before + batch.length + step
        peak = Math.max(peak, await liveHeap())
      },
    },
  })
  return peak
}

async function judgeManyReads(subject: Subject, signal: AbortSignal): Promise<void> {
  const liveHeap = createLiveHeap()
  for (let warm = 0; warm < 3; warm++) await readWhole(subject, { signal })
  const before = await liveHeap()
  const end = performance.now() + ENOUGH_TIME
  let rows = 0
  let reads = 0
  while (rows < ENOUGH_ROWS && performance.now() < end) {
    rows += (await readWhole(subject, { signal })).rows
    reads++
  }
  const growth = (await liveHeap()) - before
  if (growth <= AFTER_READS) return
  throw new Error(
    `after ${reads} reads of ${rows} rows in all, ${mib(growth)} more are in use, and ${mib(AFTER_READS)} are allowed; a connector keeps nothing in variables of its module`,
  )
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}
