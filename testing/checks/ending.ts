/** A read that is not wanted any more ends at once, and nothing stays open after any read. */
import { SECOND } from '../../core/clock.ts'
import type { Rows } from '../../core/connector.ts'
import { type Check, check } from '../check.ts'
import type { Lab } from '../lab.ts'
import { leftOpenBy } from '../open-things.ts'
import { batchOf, letGo, readWhole, startReading, withContext } from '../reading.ts'
import type { Subject } from '../subject.ts'
import { LATE, pause, within } from '../within.ts'

/** An aborted connector has this long. */
const LIMIT = SECOND
/** A consumer that takes its time: a connector that goes on after the abort cannot be through by then. */
const SLOW = 25
/** Rows of the source that is aborted in the middle, where the fixture can make so many. */
const LONG = 20_000

/** So long nothing comes of a source that hangs. */
const SILENCE = 300

interface Moment {
  /** `before it starts`. */
  readonly says: string
  /** Rows that are read before the abort, by the rows that there are; undefined: not even started. */
  readonly after?: (rows: number) => number
}

const MOMENTS: readonly Moment[] = [
  { says: 'before it starts' },
  { says: 'at its first row', after: () => 1 },
  { says: 'in the middle', after: (rows) => Math.ceil(rows / 2) },
]

export function endingChecks(lab: Lab): readonly Check[] {
  const { startLong, startHanging } = lab.fixture
  const long = startLong && (() => startLong(LONG))
  return [
    ...MOMENTS.map((moment) =>
      check(`a read that is aborted ${moment.says} ends within a second and leaves nothing open`, (signal) =>
        lab.withSource(
          async ({ subject, source }) => judgeAbort({ subject, rows: source.rows, signal }, moment),
          moment.says === 'in the middle' ? long : undefined,
        ),
      ),
    ),
    ...(startHanging === undefined
      ? []
      : [
          check(
            'a read that is aborted while its source hangs ends within a second and leaves nothing open',
            (signal) => lab.withSource(({ subject }) => judgeHanging(subject, signal), startHanging),
          ),
        ]),
    check('a consumer that stops early is let go, and nothing stays open', (signal) =>
      lab.withSource(({ subject }) => judgeEarlyStop(subject, signal)),
    ),
    check('a whole read leaves nothing open', (signal) =>
      lab.withSource(({ subject }) => judgeWholeRead(subject, signal)),
    ),
    check('a read that fails leaves nothing open', async (signal) => refuse((await lab.cut(signal)).leftOpen)),
  ]
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new Error(fault)
}

export async function judgeWholeRead(subject: Subject, signal: AbortSignal): Promise<void> {
  refuse(await leftOpenBy(async () => void (await readWhole(subject, { signal }))))
}

export async function judgeEarlyStop(subject: Subject, signal: AbortSignal): Promise<void> {
  const stop = async (): Promise<void> =>
    withContext(subject, { signal }, async (context) => {
      const reading = startReading(subject, context)
      await reading.next()
      const released = await within(reading.return(undefined), LIMIT)
      if (released === LATE) throw new Error('a second after the consumer stopped, the read still holds it up')
    })
  refuse(await leftOpenBy(stop))
}

interface AbortTrial {
  readonly subject: Subject
  /** How many there are, when it is known. */
  readonly rows?: number
  readonly signal: AbortSignal
}

export async function judgeAbort(trial: AbortTrial, moment: Moment): Promise<void> {
  const left = await leftOpenBy(async () => {
    // Twice before it is a fault of the connector: a busy machine is late, too.
    if ((await abortFault(trial, moment)) !== undefined) refuse(await abortFault(trial, moment))
  })
  refuse(left)
}

async function abortFault(
  { subject, rows, signal: outer }: AbortTrial,
  { after }: Moment,
): Promise<string | undefined> {
  const stop = new AbortController()
  const signal = AbortSignal.any([outer, stop.signal])
  const abort = (): void => stop.abort(new Error('the check aborted the read'))
  const fault = await withContext(subject, { signal }, async (context) => {
    if (after === undefined) abort()
    const reading = startReading(subject, context)
    const seen = after === undefined ? 0 : await readUntil(reading, after(rows ?? 1))
    abort()
    return endFault(reading, { seen, rows })
  })
  outer.throwIfAborted()
  return fault
}

async function judgeHanging(subject: Subject, outer: AbortSignal): Promise<void> {
  const stop = new AbortController()
  const signal = AbortSignal.any([outer, stop.signal])
  const hang = async (): Promise<void> =>
    withContext(subject, { signal }, async (context) => {
      const reading = startReading(subject, context)
      // Whatever comes before the source falls silent.
      const silent = await within(drain(reading), SILENCE)
      if (silent !== LATE) throw new Error('the source of `startHanging` does not hang: the read ended by itself')
      stop.abort(new Error('the check aborted the read'))
      refuse(await endFault(reading, { seen: 0, rows: undefined }))
    })
  const left = await leftOpenBy(hang)
  outer.throwIfAborted()
  refuse(left)
}

async function drain(reading: Rows): Promise<void> {
  try {
    for (let step = await reading.next(); step.done !== true; ) step = await reading.next()
  } catch {
    // Ended all the same.
  }
}

/** Rows that came, at least `least` of them unless the read ends before. */
async function readUntil(reading: Rows, least: number): Promise<number> {
  let seen = 0
  while (seen < least) {
    const step = await reading.next()
    if (step.done === true) return seen
    seen += batchOf(step.value).length
  }
  return seen
}

interface Progress {
  readonly seen: number
  readonly rows: number | undefined
}

/** Follows a read after its abort, as slowly as a busy consumer. Undefined when it ends in time and claims nothing. */
async function endFault(reading: Rows, { seen, rows }: Progress): Promise<string | undefined> {
  const deadline = performance.now() + LIMIT
  let count = seen
  for (;;) {
    const left = deadline - performance.now()
    const step = left <= 0 ? LATE : await within(nextOf(reading), left)
    if (step === LATE) return leaveBehind(reading)
    if (step === undefined) return undefined
    if (step.done === true) {
      const claims = step.value?.complete === true && rows !== undefined && count < rows
      return claims ? `an aborted read calls itself complete after ${count} of ${rows} rows` : undefined
    }
    count += batchOf(step.value).length
    await pause(SLOW)
  }
}

/** Undefined when the read throws, which is a way to end. */
async function nextOf(reading: Rows): Promise<Awaited<ReturnType<Rows['next']>> | undefined> {
  return reading.next().catch(() => undefined)
}

async function leaveBehind(reading: Rows): Promise<string> {
  await letGo(reading)
  return 'a second after the abort the read goes on; give `ctx.signal` to everything that waits, and ask `ctx.signal.throwIfAborted()` between batches'
}
