/** Scripts for the LDAP server that says what it is told. */
import { onTestFinished } from 'vitest'
import { ldapConnector } from '../../../connectors/ldap/index.ts'
import { systemClock } from '../../../core/clock.ts'
import type { SyncError } from '../../../core/errors.ts'
import { PAGED_RESULTS, type SearchRequest, type Values } from '../../support/ldap-message.ts'
import {
  done,
  entry,
  type LdapScript,
  type LdapServer,
  type Reply,
  startLdapServer,
} from '../../support/ldap-server.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'

export const BASE = 'dc=example,dc=com'

export const OPENLDAP: Values = {
  objectClass: ['top', 'OpenLDAProotDSE'],
  structuralObjectClass: 'OpenLDAProotDSE',
  namingContexts: BASE,
  supportedControl: [PAGED_RESULTS],
  supportedLDAPVersion: '3',
}

export const DS389: Values = {
  objectClass: 'top',
  vendorName: '389 Project',
  vendorVersion: '389-Directory/2.4.5 B2024.017.0000',
  namingContexts: BASE,
  supportedControl: [PAGED_RESULTS, '2.16.840.1.113730.3.4.9'],
  supportedLDAPVersion: ['2', '3'],
}

export const ACTIVE_DIRECTORY: Values = {
  defaultNamingContext: BASE,
  namingContexts: [BASE, `CN=Configuration,${BASE}`, `CN=Schema,CN=Configuration,${BASE}`],
  supportedCapabilities: ['1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1670'],
  supportedControl: [PAGED_RESULTS, '1.2.840.113556.1.4.528'],
  supportedLDAPVersion: ['3', '2'],
  dnsHostName: 'dc1.example.com',
}

export function personDn(uid: string): string {
  return `uid=${uid},ou=people,${BASE}`
}

export function person(uid: string, values: Values = {}): Reply {
  return entry(personDn(uid), { objectClass: ['top', 'inetOrgPerson'], uid, cn: `Person ${uid}`, ...values })
}

export type Page = readonly Reply[]

/**
 * Answers a search below the base page by page, by the cookie that comes with the request; a page ends with `done`, or
 * does not. All other searches (of the base itself, of a schema) find nothing but the base.
 */
export function pages(...all: readonly Page[]): (request: SearchRequest) => Page {
  return (request) => {
    if (!isRead(request)) return lookUp(request)
    return all[Number(request.paged?.cookie || 0)] ?? [done({ code: 53, message: 'this cookie was never given' })]
  }
}

/** The page, and the cookie that leads to the next one. */
export function page(next: number | undefined, ...replies: Page): Page {
  return [...replies, done({ cookie: next === undefined ? '' : String(next) })]
}

export function isRead({ scope }: SearchRequest): boolean {
  return scope !== 'base'
}

export function lookUp({ base }: SearchRequest): Page {
  return base === BASE ? [entry(BASE, { objectClass: 'domain', dc: 'example' }), done()] : [done({ code: 32 })]
}

/** A server that ends with the test. */
export async function serve(script: Partial<LdapScript> = {}): Promise<LdapServer> {
  const server = await startLdapServer({ rootDse: OPENLDAP, search: pages(page(undefined, person('a'))), ...script })
  onTestFinished(() => server.close())
  return server
}

/** Reads it without a bind. Time is real, so that timeouts happen. */
export async function read(
  { url }: Pick<LdapServer, 'url'>,
  options: Record<string, unknown> = {},
  how: ReadHow = {},
): Promise<ReadAll> {
  return readAll(ldapConnector, { urls: [url], ...options }, { clock: systemClock, ...how })
}

export async function check({ url }: LdapServer, options: Record<string, unknown> = {}): Promise<string> {
  return runCheck(ldapConnector, { urls: [url], ...options }, { clock: systemClock })
}

export function uidsOf({ rows }: ReadAll): unknown[] {
  return rows.map((row) => row.fields['uid'])
}

/** The error that the promise rejects with, and how long that took. */
export async function failureOf(promise: Promise<unknown>): Promise<SyncError & { readonly ms: number }> {
  const startedAt = performance.now()
  try {
    await promise
  } catch (error) {
    return Object.assign(error as SyncError, { ms: performance.now() - startedAt })
  }
  throw new Error('nothing failed')
}
