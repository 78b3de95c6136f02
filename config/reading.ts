import type { SecretRegistry } from '../core/resource.ts'
import { type Path, pathKey } from './path.ts'
import type { Reference } from './reference.ts'
import type { Report } from './report.ts'
import { type Resolved, resolveReference, type Surroundings } from './resolve-reference.ts'

/** More values than any configuration has: aliases of aliases can make a small file of endless size. */
const MAX_VALUES = 500_000

/** What all readers of one load share. */
export interface Reading {
  readonly report: Report
  readonly around: Surroundings
  readonly registry: SecretRegistry
  /** `check` looks for each secret once; `ignore` leaves that to whoever uses it. */
  readonly secrets: 'check' | 'ignore'
  /** `leave` takes no value for one that is not there, and says so in a warning. */
  readonly unresolved: 'refuse' | 'leave'
  /** Paths whose value could not be had, and is reported or still being looked up: `null` stands in their place. */
  readonly holes: Set<string>
  /** References that wait to be resolved, side by side. */
  readonly waiting: (() => Promise<void>)[]
  /** One look-up for all places that refer to one thing. */
  readonly resolved: Map<string, Promise<Resolved>>
  left: number
}

export function createReading(
  parts: Pick<Reading, 'report' | 'around' | 'registry' | 'secrets' | 'unresolved'>,
): Reading {
  return { ...parts, holes: new Set(), waiting: [], resolved: new Map(), left: MAX_VALUES }
}

/** Counts a value. False when there are too many; said once. */
export function spend(reading: Reading): boolean {
  reading.left -= 1
  if (reading.left === -1) {
    reading.report.add({
      code: 'config-too-large',
      path: [],
      message: 'its aliases expand to more than 500,000 values',
    })
  }
  return reading.left >= 0
}

export function hole(reading: Reading, path: Path): null {
  reading.holes.add(pathKey(path))
  return null
}

/** Waits for all references read so far. A failed one stays a hole. */
export async function settle(reading: Reading): Promise<void> {
  while (reading.waiting.length > 0) {
    await Promise.all(reading.waiting.splice(0).map((job) => job()))
  }
}

export async function lookUp(reading: Reading, reference: Reference): Promise<Resolved> {
  const key = JSON.stringify(reference)
  const known = reading.resolved.get(key) ?? resolveReference(reference, reading.around)
  reading.resolved.set(key, known)
  return known
}

/** An ordinary value that is found elsewhere. `take` gets it as text once it is there. */
export function fetchLater(
  reading: Reading,
  at: { reference: Reference; path: Path },
  take: (text: string) => void,
): null {
  const { reference, path } = at
  const isLeft = reading.unresolved === 'leave'
  reading.waiting.push(async () => {
    if (isLeft && reference.kind === 'exec') return reading.report.warn(path, 'is left out: no command is run here')
    const result = await lookUp(reading, reference)
    if ('unresolved' in result) {
      if (isLeft) reading.report.warn(path, `is left out: ${result.unresolved.message}`)
      else reading.report.add({ ...result.unresolved, path })
      return
    }
    reading.holes.delete(pathKey(path))
    take(result.value)
  })
  return hole(reading, path)
}
