/** How a secret may look when somebody tells it: written without looking at how it is searched for in the product. */

/** As it is, and in JSON, a URL, a form, HTML, hex and base64. */
export function written(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(bytes.toString()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    html,
    html.replaceAll("'", '&#39;'),
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ]
}

/** What of it shows in any text that holds it: the same, and in the base64 of something longer at each of three offsets. */
export function disguises(secret: string): string[] {
  const inner = (offset: number): string => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64')
    // Without the ends, which depend on what stands around it.
    return text.slice(offset === 0 ? 0 : 4, -4)
  }
  return [...written(secret), inner(0), inner(1), inner(2)]
}
