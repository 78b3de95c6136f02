/** Many scenarios, one after the other, until a claim is refuted or the runs are used up. */
import { emptyTally, playScenario, Refuted, type Tally } from './play.ts'
import { drawScenario } from './scenario.ts'
import { PRODUCT, type Subject } from './subject.ts'
import { HARM, type Violation } from './violation.ts'

/** Of one scenario; each has a few runs more, of plans and approvals. */
export const DAYS = 24

export interface MachineOptions {
  readonly seed: number
  readonly runs: number
  readonly subject?: Subject
  /** Told after each scenario. */
  onScenario?(tally: Tally, seed: number): void
}

export interface Refutation {
  readonly seed: number
  readonly violation: Violation
  readonly harm: string
  /** What happened, a line for each event. */
  readonly story: readonly string[]
  readonly repeat: string
}

export interface MachineResult {
  readonly tally: Tally
  readonly refutation: Refutation | undefined
}

export async function runMachine({
  seed,
  runs,
  subject = PRODUCT,
  onScenario,
}: MachineOptions): Promise<MachineResult> {
  const tally = emptyTally()
  for (let each = seed; tally.runs < runs; each++) {
    try {
      await playScenario(drawScenario(each, DAYS), subject, tally)
    } catch (error) {
      if (!(error instanceof Refuted)) throw new Error(`seed ${each}: the machine itself broke`, { cause: error })
      const { violation, story } = error
      const repeat = `npm run torture -- --seed ${each} --runs 1`
      return { tally, refutation: { seed: each, violation, harm: HARM[violation.invariant], story, repeat } }
    }
    onScenario?.(tally, each)
  }
  return { tally, refutation: undefined }
}
