/** The faults that are set, and which of them strike a request. */
import { type Fault, type FaultEffect, type FaultTarget, isPreparation } from './fault.ts'

type OpenFault = { -readonly [Key in keyof Fault]: Fault[Key] }

export interface FaultBook {
  lastId: number
  faults: OpenFault[]
}

/** The effects that are due for one request. */
export interface DueEffects {
  readonly preparations: readonly FaultEffect[]
  /** The one that decides how the request ends; undefined: it ends as it should. */
  readonly ending: FaultEffect | undefined
}

export function emptyBook(): FaultBook {
  return { lastId: 0, faults: [] }
}

export function addFault(book: FaultBook, on: FaultTarget, effect: FaultEffect): Fault {
  book.lastId += 1
  const fault: OpenFault = { id: book.lastId, on, do: effect, seen: 0, fired: 0 }
  book.faults.push(fault)
  return fault
}

/** @returns false when there is no such fault */
export function removeFault(book: FaultBook, id: number): boolean {
  const before = book.faults.length
  book.faults = book.faults.filter((fault) => fault.id !== id)
  return book.faults.length < before
}

/**
 * Counts the request with every fault that it matches and takes the effects that are due. Faults that end a request
 * queue up: of two that are due the one set first strikes, and the other strikes the next request.
 */
export function takeDue(book: FaultBook, method: string, path: string): DueEffects {
  const preparations: FaultEffect[] = []
  let ending: FaultEffect | undefined
  for (const fault of book.faults) {
    if (!matches(fault.on, method, path)) continue
    fault.seen += 1
    if (!isDue(fault)) continue
    const prepares = isPreparation(fault.do)
    if (!prepares && ending) continue
    fault.fired += 1
    if (prepares) preparations.push(fault.do)
    else ending = fault.do
  }
  return { preparations, ending }
}

function matches(on: FaultTarget, method: string, path: string): boolean {
  if (on.method !== undefined && on.method.toUpperCase() !== method) return false
  return on.path === undefined || path.startsWith(on.path)
}

function isDue(fault: Fault): boolean {
  const { nth = 1, count = 1 } = fault.on
  return fault.seen >= nth && (count === 'all' || fault.fired < count)
}
