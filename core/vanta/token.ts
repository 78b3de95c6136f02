/** The run's one token: minted at its start, held in memory only, minted anew when it expired or was revoked. */
import { RefusedError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { takePlace } from './allowance.ts'
import { attemptRepeatedly, type Result } from './attempt.ts'
import type { ClientContext } from './context.ts'
import { exchange, type HttpRequest } from './exchange.ts'
import { readTokenAnswer } from './token-answer.ts'

const TOKEN_PATH = '/oauth/token'

/** Never to be sent anywhere but to the base URL. */
export interface Token {
  readonly value: Secret
  /** By our clock, counted from before the request: never later than Vanta's. */
  readonly expiresAt: number
}

export interface TokenSource {
  /** Successful token requests so far. */
  readonly minted: number
  /** The live token; mints when there is none or its time has passed. Callers at the same time share one mint. */
  current(): Promise<Token>
  /**
   * After a 401 with `stale`: mints once for the whole client.
   * @throws RefusedError `token-revoked` when that was done before, since somebody else mints, too
   */
  renew(stale: Token): Promise<void>
}

export function createTokenSource(context: ClientContext): TokenSource {
  let token: Token | undefined
  let minting: Promise<Token> | undefined
  let minted = 0
  let renewed = false

  async function mintShared(): Promise<Token> {
    try {
      token = await mint(context)
      minted++
      return token
    } finally {
      minting = undefined
    }
  }

  async function current(): Promise<Token> {
    if (token !== undefined && context.clock.now() < token.expiresAt) return token
    minting ??= mintShared()
    return minting
  }

  return {
    get minted() {
      return minted
    },
    current,
    async renew(stale) {
      // Another request of this client has met the same 401 and is ahead of us.
      if (token !== stale) return
      if (renewed) throw tokenRevoked(context)
      renewed = true
      token = undefined
      context.log.warn('the token was refused before its time, minting one more', {
        application: context.application.name,
      })
      await current()
    },
  }
}

async function mint(context: ClientContext): Promise<Token> {
  const token = await attemptRepeatedly(context, 'token', async () => requestToken(context))
  context.secrets?.add(token.value, 'passing')
  const { application, clock } = context
  const expiresInMs = token.expiresAt - clock.now()
  context.onEvent?.({ kind: 'token-minted', application: application.name, expiresInMs })
  return token
}

async function requestToken(context: ClientContext): Promise<Result<Token>> {
  const { application, clock, lease, signal } = context
  const ticket = await takePlace(context, 'token')
  // Resolved at each request: a secret that was rotated meanwhile needs no restart.
  const secret = await application.clientSecret.resolve(signal)
  await lease.prove()
  const sentAt = clock.now()
  const answered = await exchange(context, tokenRequest(context, secret), ticket)
  const result = readTokenAnswer(answered, { vanta: context.vanta, application, secret })
  if ('failure' in result) return result
  return { value: { value: result.value.token, expiresAt: sentAt + result.value.expiresInMs } }
}

/** Vanta takes JSON only: a form-encoded body is refused as `invalid_request`. */
function tokenRequest({ application }: ClientContext, secret: Secret): HttpRequest {
  const body = {
    client_id: application.clientId,
    client_secret: secret.reveal(),
    scope: application.scopes.join(' '),
    grant_type: 'client_credentials',
  }
  return {
    what: 'token',
    method: 'POST',
    path: TOKEN_PATH,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'manual',
  }
}

function tokenRevoked({ application }: ClientContext): RefusedError {
  return new RefusedError(
    'token-revoked',
    `Vanta refused the token of application ${application.name} with 401, and the one minted in its place, too.`,
    {
      hint:
        'Vanta keeps one live token per application, so another process must be minting tokens with the same client ' +
        'id: a second installation, a connection test, a script. Stop it, or give it an application of its own.',
    },
  )
}
