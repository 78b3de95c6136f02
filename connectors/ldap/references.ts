/** Where a server points to for parts of its tree: URIs such as `ldap://other.example.com/ou=branch,dc=example,dc=com`. */

/** Partitions in which Active Directory keeps its own settings and names: there are neither people nor groups. */
const OWN_PARTITION = /^(cn=configuration|cn=schema,cn=configuration|dc=domaindnszones|dc=forestdnszones),/i

export function isOwnPartition(uri: string): boolean {
  return OWN_PARTITION.test(partsOf(uri).dn)
}

/** For messages: `other.example.com for ou=branch,dc=example,dc=com`. */
export function sayTargets(uris: readonly string[]): string {
  const targets = [...new Set(uris.map(sayTarget))]
  return targets.slice(0, 3).join(', ') + (targets.length > 3 ? ' and others' : '')
}

function sayTarget(uri: string): string {
  const { host, dn } = partsOf(uri)
  const where = host === '' ? 'elsewhere' : host
  return dn === '' ? where : `${where} for ${dn}`
}

function partsOf(uri: string): { readonly host: string; readonly dn: string } {
  const [, host = '', dn = ''] = /^ldaps?:\/\/([^/?]*)\/?([^?]*)/i.exec(uri) ?? []
  return { host, dn: decoded(dn) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
