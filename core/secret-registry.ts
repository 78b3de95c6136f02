/** Every secret that was resolved, so that all text can be scrubbed of it. */
import type { SecretRegistry } from './resource.ts'
import type { Secret } from './secret.ts'
import { createDocumentScrubber, createScrubber } from './secret-forms.ts'

/** A daemon mints a token with every run: those that were used last are remembered. */
const MOST = 300

export function createSecretRegistry(): SecretRegistry {
  const known = new Map<string, Secret>()
  let scrubbers: Scrubbers | undefined

  function add(secret: Secret): void {
    const value = secret.reveal()
    if (!known.delete(value)) scrubbers = undefined
    known.set(value, secret)
    const [oldest] = known.keys()
    if (known.size > MOST && oldest !== undefined) known.delete(oldest)
  }
  const values = (): readonly Secret[] => [...known.values()]
  const current = (): Scrubbers => (scrubbers ??= scrubbersOf(values()))
  return {
    add,
    values,
    scrub: (text) => current().text(text),
    // Texts become texts, and nothing else changes.
    scrubDocument: <T>(document: T) => (known.size === 0 ? document : (current().document(document) as T)),
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
