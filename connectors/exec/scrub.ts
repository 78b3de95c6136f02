import type { Secret } from '../../core/secret.ts'

/** Shorter ones would tear holes into ordinary words. */
const LEAST_LENGTH = 4

/** A function that takes secrets out of a line: as they are, each line of a long one, in JSON, a URL and base64. */
export function createScrubber(secrets: readonly Secret[]): (line: string) => string {
  const forms = [...new Set(secrets.flatMap((secret) => formsOf(secret.reveal())))]
  forms.sort((a, b) => b.length - a.length)
  return (line) => forms.reduce((text, form) => text.replaceAll(form, '[secret]'), line)
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r\n|\r|\n/)
  const base64 = [Buffer.from(value).toString('base64').replace(/=+$/, ''), Buffer.from(value).toString('base64url')]
  const forms = [...lines, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), ...base64]
  return value.length < LEAST_LENGTH ? [] : forms.filter((form) => form.length >= LEAST_LENGTH)
}
