/** Fields of a form, as text. */
import type { Context } from 'hono'

/** Empty when the body is no form; files and repeated fields are left out. */
export async function formOf(c: Context): Promise<Readonly<Record<string, string>>> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return {}
  // What was cut off, or is not what it calls itself, is the sender's mistake and none of ours.
  const fields = await c.req.parseBody().catch(() => ({}))
  const texts = Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string')
  return Object.fromEntries(texts)
}

/** A path on this server; `/` for what leads elsewhere. */
export function localPath(text: string | undefined): string {
  if (text === undefined || !text.startsWith('/')) return '/'
  const base = 'http://local.invalid'
  // Read as browsers do: a backslash is a slash, and tabs are not there.
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined
  // Dots in the path may make of one that looks local one that begins with two slashes.
  return url?.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/'
}
