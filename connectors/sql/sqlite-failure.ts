/** What SQLite says, by its result code, as errors that say who must act. */
import { isSyncError, type SyncError } from '../../core/errors.ts'
import type { Statement } from './database.ts'
import { refusalError, type Rule, writes } from './failure.ts'
import { onlyIndexOf, sayPlace } from './position.ts'
import { SqliteError } from './sqlite-process.ts'

export interface Where {
  readonly path: string
  /** Undefined while opening. */
  readonly statement?: Statement
}

const REFUSED: Rule = { actor: 'config', code: 'sql-refused', says: 'refuses it' }
const LOCKED: Rule = {
  actor: 'nobody',
  code: 'sql-locked',
  says: 'is locked by another program',
  hint: 'The next run tries again; a longer `connectTimeout` waits longer for the lock.',
}
const READ_ONLY = 8

const RULES: Readonly<Record<number, Rule>> = {
  1: REFUSED,
  5: LOCKED,
  6: LOCKED,
  10: { actor: 'operator', code: 'file-unreadable', says: 'cannot be read from its disk' },
  11: {
    actor: 'operator',
    code: 'sql-damaged',
    says: 'is damaged',
    hint: 'Whoever runs that program must restore the file; `pragma integrity_check` tells more.',
  },
  14: {
    actor: 'operator',
    code: 'file-unreadable',
    says: 'cannot be opened',
    hint: 'In WAL mode SQLite needs the files -wal and -shm beside it, and the right to make them in that folder.',
  },
  23: REFUSED,
  25: REFUSED,
  26: {
    actor: 'operator',
    code: 'sql-no-database',
    says: 'is no database of SQLite',
    hint: 'Look at what lies there; it may be encrypted.',
  },
}
const OTHER: Rule = { actor: 'operator', code: 'sql-failed', says: 'cannot be read' }

/** @returns the error to throw; errors of ours as they are */
export function explainSqlite(thrown: unknown, { path, statement }: Where): SyncError {
  if (isSyncError(thrown)) return thrown
  const error =
    thrown instanceof SqliteError ? thrown : new SqliteError(thrown instanceof Error ? thrown.message : '', 0)
  if (error.code === READ_ONLY && statement !== undefined) return writes(statement)
  const rule = RULES[error.code] ?? OTHER
  const { actor, code, says, hint } = rule
  const where = rule === REFUSED ? placeIn(error, statement) : ''
  return refusalError({
    actor,
    code,
    says: `${where}${path} ${says}`,
    words: rule === LOCKED ? undefined : error.message,
    hint,
  })
}

const NEAR = /^near "([^]*)": syntax error$/

/** SQLite names no column, but quotes the word that it did not expect. */
function placeIn({ message }: SqliteError, statement: Statement | undefined): string {
  if (statement === undefined) return ''
  const near = NEAR.exec(message)?.[1]
  return sayPlace(statement, near === undefined ? undefined : onlyIndexOf(near, statement.text))
}
