/** Who types the command. */
import { hostname, userInfo } from 'node:os'
import type { Person } from '../core/decision/person.ts'

/** The operating system's user, or whom they name with `--by`. */
export function personOf(by: string | undefined): Person {
  if (by === undefined) return { name: userName(), provenBy: 'operating-system user' }
  return { name: by, provenBy: `given with --by, by operating-system user ${userName()}` }
}

/** User and machine, for the history. */
export function startedBy(): string {
  return `${userName()}@${hostname()}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a uid that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
