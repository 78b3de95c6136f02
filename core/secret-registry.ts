/** Every secret that was resolved, so that all text can be scrubbed of it. */
import type { SecretRegistry } from './resource.ts'
import type { Secret } from './secret.ts'
import { createDocumentScrubber, createScrubber } from './secret-forms.ts'

/** A daemon mints a token with every run, each dead after an hour: only the latest are worth remembering. */
const MOST_PASSING = 100

export function createSecretRegistry(): SecretRegistry {
  /** What the configuration refers to: there are as many as it names, and what they were before a rotation. */
  const lasting = new Map<string, Secret>()
  const passing = new Map<string, Secret>()
  let scrubbers: Scrubbers | undefined

  function add(secret: Secret, life: 'lasting' | 'passing' = 'lasting'): void {
    const value = secret.reveal()
    if (lasting.has(value)) return
    const known = life === 'lasting' ? lasting : passing
    if (!known.has(value)) scrubbers = undefined
    known.set(value, secret)
    const [oldest] = passing.keys()
    if (passing.size > MOST_PASSING && oldest !== undefined) passing.delete(oldest)
  }
  const values = (): readonly Secret[] => [...lasting.values(), ...passing.values()]
  const current = (): Scrubbers => (scrubbers ??= scrubbersOf(values()))
  return {
    add,
    values,
    scrub: (text) => current().text(text),
    // Texts become texts, and nothing else changes.
    scrubDocument: <T>(document: T) => (values().length === 0 ? document : (current().document(document) as T)),
    scrubOutput: (text) => scrubOutput(text, current()),
  }
}

interface Scrubbers {
  readonly text: (text: string) => string
  readonly document: (document: unknown) => unknown
}

function scrubbersOf(secrets: readonly Secret[]): Scrubbers {
  return { text: createScrubber(secrets), document: createDocumentScrubber(secrets) }
}

/** JSON stays JSON: a secret of digits may look like a number in it. */
function scrubOutput(text: string, { text: scrub, document }: Scrubbers): string {
  const clean = scrub(text)
  if (clean === text || !text.startsWith('{')) return clean
  const parsed = parsedJson(text)
  if (parsed === undefined) return clean
  const indent = text.startsWith('{\n') ? 2 : 0
  return `${JSON.stringify(document(parsed), null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
