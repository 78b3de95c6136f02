/** How a request proves who asks. */
import { Secret } from '../../core/secret.ts'
import type { HttpContext } from '../network/http-context.ts'
import { badOptions } from './failure.ts'
import type { AuthOptions } from './options.ts'
import { setParameter } from './request.ts'
import { createTokenSource, type OAuthOptions } from './token.ts'

export interface Signed {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

export interface Credentials {
  /** The URL with what has to be in it, and the headers to add. */
  sign(url: URL): Promise<Signed>
  /** New credentials after a 401; undefined where there are no others to get. */
  renew?(): Promise<void>
  /** What was sent, and must not come back in a message. */
  secrets(): readonly Secret[]
}

type Basic = NonNullable<AuthOptions['basic']>
type ApiKey = NonNullable<AuthOptions['apiKey']>

/** @throws ConfigError `rest-options` unless exactly one way is given, or no `auth` at all */
export function refuseSeveralWays(auth: AuthOptions | undefined): void {
  if (auth === undefined) return
  const ways = Object.keys(auth)
  if (ways.length === 1) return
  const found = ways.length === 0 ? 'there is none' : `there are ${ways.join(' and ')}`
  throw badOptions(`\`auth\` must hold exactly one of bearer, basic, apiKey and oauth; ${found}`)
}

/** @throws ConfigError `rest-options` unless exactly one way is given, or none at all */
export function createCredentials(auth: AuthOptions | undefined, http: HttpContext): Credentials {
  if (auth === undefined) return { sign: async (url) => ({ url, headers: {} }), secrets: () => [] }
  refuseSeveralWays(auth)
  const { bearer, basic, apiKey, oauth } = auth
  if (bearer !== undefined) return header('authorization', 'Bearer ', bearer)
  if (basic !== undefined) return header('authorization', 'Basic ', userAndPassword(basic), basic.password)
  if (apiKey !== undefined) return key(apiKey)
  return oauth === undefined ? createCredentials(undefined, http) : fromTokenServer(oauth, http)
}

function header(name: string, prefix: string, value: Secret, ...others: readonly (Secret | undefined)[]): Credentials {
  const secrets = [value, ...others].filter((secret) => secret !== undefined)
  return {
    sign: async (url) => ({ url, headers: { [name]: `${prefix}${value.reveal()}` } }),
    secrets: () => secrets,
  }
}

function userAndPassword({ user, secretUser, password }: Basic): Secret {
  const name = secretUser?.reveal() ?? user
  if (name === undefined || (user !== undefined && secretUser !== undefined)) {
    throw badOptions('`auth.basic` must hold either `user` or `secretUser`')
  }
  if (name.includes(':')) throw badOptions('the user of `auth.basic` holds a colon, which HTTP Basic cannot send')
  return new Secret(Buffer.from(`${name}:${password?.reveal() ?? ''}`).toString('base64'))
}

function key({ key: secret, header: name, query, prefix = '' }: ApiKey): Credentials {
  if ((name === undefined) === (query === undefined)) {
    throw badOptions('`auth.apiKey` must hold either `header` or `query`: where the key goes')
  }
  if (name !== undefined) return header(name, prefix, secret)
  if (prefix !== '') throw badOptions('`auth.apiKey.prefix` is for a key in a header')
  return {
    sign: async (url) => {
      const signed = new URL(url)
      setParameter(signed, query ?? '', secret.reveal())
      return { url: signed, headers: {} }
    },
    secrets: () => [secret],
  }
}

function fromTokenServer(options: OAuthOptions, http: HttpContext): Credentials {
  const source = createTokenSource(options, http)
  return {
    sign: async (url) => ({ url, headers: { authorization: `Bearer ${(await source.token()).reveal()}` } }),
    renew: async () => source.renew(),
    secrets: () => [options.clientSecret, ...source.issued()],
  }
}
