import type { Proof } from '../../core/connector.ts'
import type { Ledger } from './ledger.ts'
import type { Page } from './page.ts'
import type { ListEnd, Progress } from './pager.ts'
import { signOfMore } from './signs.ts'

export interface ReadFacts {
  /** The last one. */
  readonly page: Page
  readonly ledger: Ledger
  readonly asOf: Date
  readonly ignoreSigns: readonly string[] | undefined
}

/** What the end of the list, the numbers of the API and what else its last answer says come to together. */
export function prove(turn: ListEnd, facts: ReadFacts): Proof {
  const { ledger, asOf } = facts
  const faults = [...ledger.faults(), ...contradictions(turn, facts)]
  if (faults.length > 0) return incomplete(ledger, asOf, faults.join('; '))
  return { complete: true, rows: ledger.rows, asOf, evidence: [turn.end, ...ledger.evidence()].join(', ') }
}

export function incomplete({ rows }: Progress, asOf: Date, evidence: string): Proof {
  return { complete: false, rows, asOf, evidence }
}

/** A total that agrees, besides a statement of the API, leaves no doubt. */
function contradictions({ end, isSaid }: ListEnd, { page, ledger, ignoreSigns }: ReadFacts): readonly string[] {
  if (isSaid && ledger.total !== undefined) return []
  const sign = signOfMore(page, ledger, { ignored: new Set(ignoreSigns), onlyTotals: isSaid })
  if (sign === undefined) return []
  const remedy = 'name it in `paging` or `total`, or in `ignoreSigns` if it means something else'
  return [`${end} and ${ledger.rows} rows were read, yet ${sign} (${remedy})`]
}
