import type { Proof } from '../core/connector.ts'

/** What the proof says in words; empty when a module of no types gives no text. */
export function evidenceOf(proof: Proof | undefined): string {
  const evidence: unknown = proof?.evidence
  return typeof evidence === 'string' ? evidence.trim() : ''
}
