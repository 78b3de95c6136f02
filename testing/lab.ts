/** Where the checks of one fixture are made: sources that start and stop, and reads that several checks look at. */
import { isSyncError } from '../core/errors.ts'
import { LATE, within } from './within.ts'
import type { ConnectorFixture, FixtureSource } from './fixture.ts'
import { type Observation, observe } from './observation.ts'
import { leftOpenBy } from './open-things.ts'
import { readWhole } from './reading.ts'
import { type LoggedLine, recordingLog } from './recording-log.ts'
import { type Subject, subjectOf } from './subject.ts'

export interface Trial {
  readonly source: FixtureSource
  readonly subject: Subject
}

/** A read of a source that was cut. */
export interface CutRead {
  readonly rows: number
  readonly proof: Awaited<ReturnType<typeof readWhole>>['proof']
  /** What it threw; undefined when it returned. */
  readonly error: unknown
  readonly failed: boolean
  readonly logs: readonly LoggedLine[]
  readonly leftOpen: string | undefined
}

export interface Lab {
  readonly fixture: ConnectorFixture
  /** Starts a source, works on it, and stops it. */
  withSource<T>(work: (trial: Trial) => Promise<T>, start?: () => Promise<FixtureSource>): Promise<T>
  /** One whole read, made once. @throws what the read throws */
  whole(signal: AbortSignal): Promise<WholeTrial>
  /** One read after the source was cut, made once. */
  cut(signal: AbortSignal): Promise<CutRead>
}

export interface WholeTrial extends Observation {
  /** Rows that the fixture says there are. */
  readonly expected: number
  readonly options: FixtureSource['options']
}

export function createLab(fixture: ConnectorFixture): Lab {
  async function withSource<T>(
    work: (trial: Trial) => Promise<T>,
    start: () => Promise<FixtureSource> = () => fixture.start(),
  ): Promise<T> {
    const source = await start()
    try {
      return await work({ source, subject: subjectOf(fixture, source) })
    } finally {
      await source.stop()
    }
  }
  return {
    fixture,
    withSource,
    whole: once((signal) =>
      withSource(async ({ source, subject }) => {
        const observation = await observe(subject, signal)
        return { ...observation, expected: source.rows, options: source.options }
      }),
    ),
    cut: once((signal) => withSource((trial) => readCut(trial, signal))),
  }
}

/** What failed because the caller went away is done again for the next. */
function once<T>(work: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let done: Promise<T> | undefined
  return async (signal) => {
    const mine = (done ??= work(signal))
    try {
      return await mine
    } catch (error) {
      if (signal.aborted && done === mine) done = undefined
      throw error
    }
  }
}

/** A break in the middle shows at once, or when somebody's patience ends. */
const PATIENCE = 60_000

async function readCut({ source, subject }: Trial, signal: AbortSignal): Promise<CutRead> {
  await source.cut()
  const logs: LoggedLine[] = []
  const end: CutEnd = { rows: 0, proof: undefined, error: undefined, failed: false }
  const left = await leftOpenBy(() => readToBreak(subject, { signal, logs, end }))
  return { ...end, logs, leftOpen: left }
}

interface CutEnd {
  rows: number
  proof: CutRead['proof']
  error: unknown
  failed: boolean
}

interface CutWork {
  readonly signal: AbortSignal
  readonly logs: LoggedLine[]
  /** Filled in. */
  readonly end: CutEnd
}

async function readToBreak(subject: Subject, { signal, logs, end }: CutWork): Promise<void> {
  const patience = new AbortController()
  const reading = readWhole(subject, {
    signal: AbortSignal.any([signal, patience.signal]),
    watch: {
      log: recordingLog(logs),
      batch: (batch) => {
        end.rows += batch.length
      },
    },
  })
  const settled = reading.then(
    ({ proof }) => void (end.proof = proof),
    (error: unknown) => Object.assign(end, { failed: true, error }),
  )
  const outcome = await within(settled, PATIENCE)
  patience.abort()
  signal.throwIfAborted()
  if (outcome === LATE) throw new Error('after the source was cut, the read did not end within a minute')
}

/** How an error names itself, for sentences: its class, and its code when it has one. */
export function sayError(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error
  return isSyncError(error) ? `${name} (${error.code})` : name
}
