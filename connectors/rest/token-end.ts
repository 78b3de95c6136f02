import type { Secret } from '../../core/secret.ts'
import { SECOND } from '../../core/clock.ts'
import { parseJson } from '../../core/text/json.ts'
import { valueAt } from './path.ts'

/** When a token that is a JSON Web Token (RFC 7519) says that it ends; undefined when it is none, or does not say. */
export function tokenEnd(token: Secret): Date | undefined {
  const [, claims, signature] = token.reveal().split('.')
  if (claims === undefined || signature === undefined) return undefined
  const parsed = parseJson(Buffer.from(claims, 'base64url').toString())
  const seconds = 'value' in parsed ? valueAt(parsed.value, 'exp') : undefined
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e11 ? new Date(seconds * SECOND) : undefined
}
