import { Secret } from '../core/secret.ts'

/** The secrets among options, however deep. */
export function secretsIn(options: unknown): readonly Secret[] {
  if (options instanceof Secret) return [options]
  if (typeof options !== 'object' || options === null) return []
  return Object.values(options).flatMap(secretsIn)
}

/** Options with each secret changed by `change`. */
export function withSecrets(options: unknown, change: (secret: Secret) => Secret): unknown {
  if (options instanceof Secret) return change(options)
  if (Array.isArray(options)) return options.map((item) => withSecrets(item, change))
  if (typeof options !== 'object' || options === null || !isPlain(options)) return options
  return Object.fromEntries(Object.entries(options).map(([key, item]) => [key, withSecrets(item, change)]))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
