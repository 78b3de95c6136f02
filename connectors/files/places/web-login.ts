import { ConfigError } from '../../../core/errors.ts'
import { Secret } from '../../../core/secret.ts'
import type { FileOptions } from '../options.ts'

export interface Authorized {
  readonly headers: Readonly<Record<string, string>>
  /** What no message may repeat. */
  readonly secrets: readonly Secret[]
}

/** @throws ConfigError when the options name several ways to log in, or half of one */
export function authorize(options: FileOptions['http']): Authorized {
  const { bearer, user, password, headers = {} } = options ?? {}
  const own = Object.entries(headers)
  const ways = [bearer !== undefined, user !== undefined || password !== undefined, own.some(isAuthorization)]
  if (ways.filter(Boolean).length > 1) throw invalid('names several ways to log in', 'Keep one of them.')
  if ((user === undefined) !== (password === undefined)) {
    throw invalid('has only one of user and password', 'Basic authentication needs both.')
  }
  const sent: Record<string, string> = {}
  const secrets: Secret[] = []
  for (const [name, value] of own) {
    sent[name] = value.reveal()
    secrets.push(value)
  }
  if (bearer !== undefined) {
    sent['authorization'] = `Bearer ${bearer.reveal()}`
    secrets.push(bearer)
  }
  if (user !== undefined && password !== undefined) {
    const pair = Buffer.from(`${user}:${password.reveal()}`).toString('base64')
    sent['authorization'] = `Basic ${pair}`
    secrets.push(password, new Secret(pair))
  }
  return { headers: sent, secrets }
}

function isAuthorization([name]: readonly [string, Secret]): boolean {
  return name.toLowerCase() === 'authorization'
}

function invalid(what: string, hint: string): ConfigError {
  return new ConfigError('http-login', `\`http\` ${what}`, { hint })
}
