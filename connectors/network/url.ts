/** A URL for messages: without user, password and query, any of which may hold a token. */
export function sayUrl(url: URL): string {
  return `${url.origin}${url.pathname}`
}
