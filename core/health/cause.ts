/**
 * What the error that ended a run means, in words that hold no personal data: made from its code, never from its
 * message, which may name people. Codes that mean a broken connection have its cause; each has the next step.
 */
import { type ErrorDocument, EXIT } from '../errors.ts'
import { otherMeaning } from './other-failure.ts'
import { SOURCE_TROUBLES } from './source-trouble.ts'
import type { ConnectionTrouble } from './status.ts'
import { VANTA_TROUBLES } from './vanta-trouble.ts'

export interface Failure {
  /** A sentence with the error's code. */
  readonly says: string
  readonly remedy: string
  /** When a connection is broken. */
  readonly connection?: ConnectionTrouble
}

/** @param exitCode of the resource's run: who must act */
export function meaningOf(error: ErrorDocument, exitCode: number): Failure {
  const trouble = troubleOf(error, exitCode)
  if (trouble !== undefined) return { says: trouble.says, remedy: trouble.remedy, connection: trouble }
  const { says, remedy } = otherMeaning(error, exitCode)
  return { says: `${says} (${error.code})`, remedy }
}

function troubleOf(error: ErrorDocument, exitCode: number): ConnectionTrouble | undefined {
  const isVanta = error.source === undefined && (exitCode === EXIT.refused || exitCode === EXIT.unavailable)
  const isSource = error.source !== undefined || exitCode === EXIT.source
  const table = isVanta ? VANTA_TROUBLES : isSource ? SOURCE_TROUBLES : undefined
  const meaning = table?.get(error.code)
  if (meaning === undefined) return undefined
  const side = isVanta ? 'Vanta' : (error.source ?? 'the source')
  return { ...meaning, side, says: `${side} ${meaning.says} (${error.code})` }
}
