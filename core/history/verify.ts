/** Every chain of the history, and the heads that somebody kept elsewhere. */
import type { State } from '../state/state.ts'
import { type ChainReport, checkChain } from './check-chain.ts'

export interface HistoryProof {
  readonly holds: boolean
  readonly chains: readonly ChainReport[]
  /** The heads that were asked for, in their order. */
  readonly heads: readonly { readonly head: string; readonly found: boolean }[]
}

/** @param heads hashes that an entry had when it was the newest of its chain; lower case */
export async function verifyHistory(state: State, heads: readonly string[]): Promise<HistoryProof> {
  const asked = new Set(heads)
  const found = new Set<string>()
  const hear = (hash: string): void => {
    if (asked.has(hash)) found.add(hash)
  }
  const chains: ChainReport[] = []
  for (const chain of await state.chains.names()) {
    chains.push(await checkChain(chain, () => state.chains.entries(chain), hear))
  }
  const holds = chains.every(({ faultsTotal }) => faultsTotal === 0) && found.size === asked.size
  return { holds, chains, heads: heads.map((head) => ({ head, found: found.has(head) })) }
}
