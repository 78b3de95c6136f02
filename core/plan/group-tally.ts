/** Smaller groups come and go. */
const LEAST_GROUP = 5

/** How many records of each group the baseline holds, and how many of them leave. */
export interface GroupTally {
  held(group: string | undefined): void
  left(group: string | undefined): void
  /** Groups of some size that leave as a whole. */
  vanished(): string[]
}

export function createGroupTally(): GroupTally {
  const held = new Map<string, number>()
  const left = new Map<string, number>()
  return {
    held: (group) => countUp(held, group),
    left: (group) => countUp(left, group),
    vanished() {
      const whole = [...held].filter(([group, number]) => number >= LEAST_GROUP && left.get(group) === number)
      return whole.map(([group]) => group)
    },
  }
}

function countUp(counts: Map<string, number>, name: string | undefined): void {
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
}
