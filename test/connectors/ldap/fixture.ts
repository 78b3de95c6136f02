import { ldapConnector } from '../../../connectors/ldap/index.ts'
import { systemClock } from '../../../core/clock.ts'
import type { CheckContext } from '../../../core/connector.ts'
import { Secret } from '../../../core/secret.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { ACCOUNTS, type Slapd, SUFFIX } from '../../support/slapd.ts'

export type Options = Record<string, unknown>

export interface Reader {
  read(options?: Options, how?: ReadHow): Promise<ReadAll>
  check(options?: Options, how?: ReadHow & Pick<CheckContext, 'login'>): Promise<string>
}

/** Reads a slapd as `cn=reader`, unless the options say otherwise; `undefined` takes an option away. */
export function readerOf(slapd: () => Slapd): Reader {
  const complete = (options: Options): Options => {
    const { url } = slapd()
    const all: Options = { urls: [url], bindDn: ACCOUNTS.reader, password: new Secret('reader'), ...options }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  }
  return {
    read: (options = {}, how = {}) => readAll(ldapConnector, complete(options), { clock: systemClock, ...how }),
    check: (options = {}, how = {}) => runCheck(ldapConnector, complete(options), { clock: systemClock, ...how }),
  }
}

/** Values of one field, in the order of the rows. */
export function valuesOf({ rows }: ReadAll, field: string): unknown[] {
  return rows.map(({ fields }) => fields[field])
}

/** Rows by the value of their field `uid`. */
export function byUid({ rows }: ReadAll): Record<string, Readonly<Record<string, unknown>>> {
  return Object.fromEntries(rows.map(({ fields }) => [String(fields['uid']), fields]))
}

export function personDn(uid: string): string {
  return `uid=${uid},ou=people,${SUFFIX}`
}

/** Values of one field as text, sorted. */
export function sortedValuesOf(all: ReadAll, field: string): string[] {
  return valuesOf(all, field)
    .map((value) => (typeof value === 'string' ? value : `not text: ${typeof value}`))
    .sort()
}
