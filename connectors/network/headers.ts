import { ConfigError } from '../../core/errors.ts'

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Printable characters and tabulators, of ISO 8859-1. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
/** The connection's own. */
const RESERVED = /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

/**
 * Refuses what cannot be a header. fetch would refuse it too, and quote the value, which may be a password.
 * @throws ConfigError `bad-header`, with the name alone
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!NAME.test(name)) throw bad(`"${name}" cannot be the name of a header`)
    if (RESERVED.test(name)) throw bad(`the header ${name} belongs to the connection and cannot be set`)
    if (!VALUE.test(value)) throw bad(`the value for the header ${name} holds a line break or another character that`)
  }
}

function bad(what: string): ConfigError {
  const message = what.endsWith('that') ? `${what} no header may hold` : what
  return new ConfigError('bad-header', message, {
    hint: 'A secret that was pasted into a file often has a line break or a typographic character too many.',
  })
}
