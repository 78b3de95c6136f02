import { Secret } from '../core/secret.ts'

/** Shorter ones are as likely a part of a word. */
const LEAST_LENGTH = 6

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

/** Does the text show a secret: as it is, in JSON, in a URL, in base64 or hex? */
export function shows(text: string, secrets: readonly Secret[]): boolean {
  return secrets.some((secret) => formsOf(secret.reveal()).some((form) => text.includes(form)))
}

function formsOf(value: string): readonly string[] {
  if (value.length < LEAST_LENGTH) return []
  const bytes = Buffer.from(value)
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('hex'),
    ...withinBase64(bytes),
  ]
}

/** As it looks within the base64 of something longer, such as `user:password`: three shifts, without their seams. */
function withinBase64(bytes: Buffer): readonly string[] {
  const forms = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return text.slice(shift === 0 ? 0 : shift + 1, -1)
  })
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}
