/** One live token per application: a new one kills the one before it at once. */
import { randomBytes } from 'node:crypto'
import { SECOND } from '../core/clock.ts'
import type { Application, Token, World } from './world.ts'

export type TokenCheck =
  | { readonly alive: true; readonly id: string; readonly application: Application; readonly token: Token }
  | { readonly alive: false; readonly id: string | undefined; readonly reason: string }

/** @param scopes what the token is asked for, all of them among the application's own */
export function issueToken(world: World, application: Application, scopes: readonly string[]): Token {
  killToken(application, 'a newer token of this application has replaced it')
  world.tokensIssued += 1
  const issuedAt = world.clock.now()
  const token: Token = {
    id: `token-${world.tokensIssued}`,
    value: `vat_${randomBytes(24).toString('hex')}`,
    scopes,
    issuedAt,
    expiresAt: issuedAt + world.assumptions.expiresIn * SECOND,
  }
  application.token = token
  return token
}

/** What an `Authorization` header is worth at this instant. */
export function checkToken(world: World, header: string | undefined): TokenCheck {
  const value = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
  if (value === undefined) return { alive: false, id: undefined, reason: 'no bearer token was sent' }
  for (const application of world.applications.values()) {
    const found = checkWith(world, application, value)
    if (found) return found
  }
  return { alive: false, id: undefined, reason: 'the token is unknown' }
}

function checkWith(world: World, application: Application, value: string): TokenCheck | undefined {
  const { token } = application
  if (token?.value === value) {
    if (world.clock.now() < token.expiresAt) return { alive: true, id: token.id, application, token }
    killToken(application, 'the token expired')
  }
  const dead = application.deadTokens.get(value)
  return dead && { alive: false, ...dead }
}

/** Kills the live token, if there is one; requests in flight with it are refused too. */
export function killToken(application: Application, reason: string): void {
  const { token } = application
  if (!token) return
  application.deadTokens.set(token.value, { id: token.id, reason })
  application.token = undefined
}

/** A new secret; an active token dies with the old one. */
export function rotateSecret(application: Application, secret?: string): string {
  killToken(application, 'the secret of the application was rotated')
  application.clientSecret = secret ?? newSecret()
  return application.clientSecret
}

export function newClientId(): string {
  return `vci_${randomBytes(20).toString('hex')}`
}

export function newSecret(): string {
  return `vcs_${randomBytes(20).toString('hex')}`
}
