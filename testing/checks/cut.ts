/** A source that breaks in the middle. */
import { EXIT, isSyncError } from '../../core/errors.ts'
import { type Check, check } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import { type CutRead, type Lab, sayError } from '../lab.ts'

export function cutChecks(lab: Lab): readonly Check[] {
  return [
    check('a read whose source is cut in the middle is never complete', async (signal) =>
      judgeCut(await lab.cut(signal)),
    ),
    check('a read that fails in the middle says who must act', async (signal) => judgeFailure(await lab.cut(signal))),
  ]
}

function judgeCut({ proof, rows }: CutRead): void {
  if (proof?.complete !== true) return
  throw new Error(
    `after the source was cut, the read calls itself complete with ${rows} rows: "${evidenceOf(proof)}"; whoever is missing would be removed in Vanta`,
  )
}

function judgeFailure({ failed, proof, error }: CutRead): void {
  if (!failed) return judgeIncomplete(proof)
  if (isSyncError(error) && error.exitCode === EXIT.source) return
  if (isSyncError(error))
    throw new Error(
      `it throws ${sayError(error)}, as if the configuration were wrong; throw OperatorError or RetryLaterError`,
      { cause: error },
    )
  throw new Error(
    `it throws ${sayError(error)}, which says to nobody what to do; throw OperatorError when the source's operator must act, RetryLaterError when the next run may succeed, with the error as \`cause\``,
    { cause: error },
  )
}

function judgeIncomplete(proof: CutRead['proof']): void {
  if (proof === undefined)
    throw new Error('it returns nothing; return `complete: false` with evidence in words, or throw')
  if (proof.complete || evidenceOf(proof) !== '') return
  throw new Error('it returns `complete: false` without `evidence`; say in words what is missing')
}
