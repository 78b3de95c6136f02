/** A whole read: its rows, its proof, and whether it is the same again. */
import { EventEmitter, once } from 'node:events'
import { HOUR, SECOND, toInstant } from '../../core/clock.ts'
import type { Proof } from '../../core/connector.ts'
import { type Check, check } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import type { Lab } from '../lab.ts'
import { type Observation, observe } from '../observation.ts'
import type { Subject } from '../subject.ts'
import { within } from '../within.ts'

/** With fewer, nothing has a middle. */
const LEAST_ROWS = 200

const STATELESS = 'what a read needs belongs into variables of `read`, not of the module'

/** What is looked at in one whole read, whoever made it. */
export interface ObservedRead extends Observation {
  /** Rows that there are, when somebody knows. */
  readonly expected?: number
}

export function wholeReadChecks(whole: (signal: AbortSignal) => Promise<ObservedRead>): readonly Check[] {
  return [
    check('a whole read proves that it is whole', async (signal) => judgeProof(await whole(signal))),
    check('every row has its place and plain fields', async (signal) => refuse((await whole(signal)).rowFault)),
    check('columns are announced at most once, before the first row', async (signal) =>
      refuse((await whole(signal)).columnFault),
    ),
    check('progress never goes back', async (signal) => refuse((await whole(signal)).progressFault)),
  ]
}

export function repeatedReadChecks(lab: Lab): readonly Check[] {
  return [
    check('the fixture has enough rows to tell', async (signal) => {
      const { expected } = await lab.whole(signal)
      if (expected < LEAST_ROWS)
        throw new Error(`the fixture has ${expected} rows, and at least ${LEAST_ROWS} are needed`)
    }),
    check('two reads one after the other give the same rows', (signal) =>
      lab.withSource(async ({ subject, source }) => {
        const first = await observe(subject, signal)
        const second = await observe(subject, signal)
        if (first.rows !== source.rows)
          throw new Error(`a read that is not the first gives ${first.rows} of ${source.rows} rows; ${STATELESS}`)
        judgeSame(first, second, 'a second read gives other rows than the first')
      }),
    ),
    check('two reads at the same time do not disturb each other', (signal) =>
      lab.withSource(async ({ subject }) => {
        const alone = await observe(subject, signal)
        for (const read of await observeTogether(subject, signal))
          judgeSame(alone, read, 'of two reads at the same time, one gives other rows than a read alone')
      }),
    ),
  ]
}

/** Two reads, of which neither goes on before both have begun, however busy the machine is. */
async function observeTogether(subject: Subject, signal: AbortSignal): Promise<readonly Observation[]> {
  const meeting = new EventEmitter()
  const bothBegun = once(meeting, 'open')
  let begun = 0
  const begin = async (): Promise<void> => {
    if (++begun === 2) meeting.emit('open')
    // A source may serve one reader at a time.
    await within(bothBegun, SECOND)
  }
  // A read that has ended is not waited for.
  const read = (): Promise<Observation> => observe(subject, signal, begin).finally(() => meeting.emit('open'))
  return Promise.all([read(), read()])
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new Error(fault)
}

function judgeSame(one: Observation, other: Observation, what: string): void {
  if (one.digest !== other.digest) {
    const counts = one.rows === other.rows ? `${one.rows} each` : `${one.rows} and ${other.rows}`
    throw new Error(`${what} (${counts}); ${STATELESS}, and rows may hold nothing of the moment`)
  }
  if (one.proof?.complete !== other.proof?.complete || one.proof?.rows !== other.proof?.rows)
    throw new Error(`${what.replace('rows', 'proof')}; ${STATELESS}`)
}

function judgeProof({ rows, expected, proof }: ObservedRead): void {
  if (proof === undefined)
    throw new Error(
      '`read` ends without a proof, and nothing of it would be pushed; end it with `return { complete: true, rows, asOf, evidence }`',
    )
  if (!proof.complete)
    throw new Error(`the read of a source that is well calls itself incomplete: ${evidenceOf(proof)}`)
  if (proof.rows !== rows) throw new Error(`the proof says ${String(proof.rows)} rows, and ${rows} arrived`)
  if (expected !== undefined && rows !== expected)
    throw new Error(`${rows} rows arrived, and the source has ${expected}`)
  refuse(evidenceFault(proof))
  refuse(asOfFault(proof))
}

function evidenceFault(proof: Proof): string | undefined {
  if (evidenceOf(proof) !== '') return undefined
  return 'the proof has no `evidence`; say in words how the read knows that it is whole: "last page seen"'
}

const EARLIEST = Date.UTC(1990, 0, 1)

function asOfFault({ asOf }: Proof): string | undefined {
  if (!(asOf instanceof Date) || Number.isNaN(asOf.getTime()))
    return "the proof's `asOf` is no Date; give the instant that the data speaks of: a file's time, a query's start"
  // Reads of a fixture see a clock that is an hour ahead.
  const latest = Date.now() + 2 * HOUR
  if (asOf.getTime() >= EARLIEST && asOf.getTime() <= latest) return undefined
  return `the proof's \`asOf\` is ${toInstant(asOf.getTime())}, which cannot be the time of the data`
}
