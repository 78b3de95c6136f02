/** What a server says of itself, and what follows from it. */
import { ConfigError } from '../../core/errors.ts'
import type { Channel } from './channel.ts'
import { isBelow, normalizeDn } from './dn.ts'
import type { Value } from './entry.ts'
import { type Asked, refusal } from './failure.ts'
import { parseFilter } from './filter.ts'
import type { Directory, LdapOptions } from './options.ts'
import { CODE } from './result.ts'
import { type Paging, searchOnce } from './search.ts'

/** The root entry of a server (RFC 4512, 5.1). */
export interface RootDse {
  /** Whether it could be read at all. */
  readonly readable: boolean
  readonly paging: Paging['support']
  readonly namingContexts: readonly string[]
  readonly defaultNamingContext: string | undefined
  readonly schemaDn: string | undefined
  readonly directory: Directory
  /** Product and version where the server tells: `OpenLDAP`, `389-Directory/2.4.5 B2024.1`. */
  readonly product: string
}

const ATTRIBUTES = [
  'objectClass',
  'namingContexts',
  'defaultNamingContext',
  'subschemaSubentry',
  'supportedControl',
  'supportedCapabilities',
  'vendorName',
  'vendorVersion',
]

const PAGED_RESULTS = '1.2.840.113556.1.4.319'
/** Capabilities of Active Directory, and of its lightweight edition. */
const ACTIVE_DIRECTORY = ['1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1851']
/** Naming contexts that hold no people: the server's own settings, change logs, monitors. */
const HOUSEKEEPING = /^(cn=(config|monitor|changelog|accesslog|schema|log)\b|o=ipaca$)/

/** @throws what the server's refusal means; a server that merely hides its root is `readable: false` */
export async function readRootDse(channel: Channel, asked: Omit<Asked, 'says'>): Promise<RootDse> {
  const filter = parseFilter('(objectClass=*)')
  const { found, result } = await searchOnce(channel, {
    base: '',
    scope: 'base',
    filter,
    attributes: ATTRIBUTES,
    timeLimit: 0,
  })
  const isHidden = result.code === CODE.noSuchObject || result.code === CODE.insufficientAccess
  if (result.code !== CODE.success && !isHidden) throw refusal({ ...asked, says: 'did not show its root' }, result)
  const values = new Map<string, readonly Value[]>()
  for (const { type, values: each } of found[0]?.attributes ?? []) values.set(type.toLowerCase(), each)
  const list = (name: string): readonly string[] => (values.get(name.toLowerCase()) ?? []).map(String)
  const controls = list('supportedControl')
  return {
    readable: values.size > 0,
    paging: controls.length === 0 ? 'unknown' : controls.includes(PAGED_RESULTS) ? 'yes' : 'no',
    namingContexts: list('namingContexts').filter((context) => context !== ''),
    defaultNamingContext: list('defaultNamingContext')[0],
    schemaDn: list('subschemaSubentry')[0],
    ...recognise(list),
  }
}

function recognise(list: (name: string) => readonly string[]): Pick<RootDse, 'directory' | 'product'> {
  const vendor = [...list('vendorName'), ...list('vendorVersion')].join(' ')
  if (list('supportedCapabilities').some((capability) => ACTIVE_DIRECTORY.includes(capability))) {
    return { directory: 'active-directory', product: `Active Directory${vendor === '' ? '' : ` (${vendor})`}` }
  }
  if (/\b389\b|Red Hat|Fedora Project/i.test(vendor)) return { directory: '389-ds', product: vendor }
  if (/OpenLDAP/i.test(vendor) || list('objectClass').some((name) => /^OpenLDAProotDSE$/i.test(name))) {
    return { directory: 'openldap', product: vendor === '' ? 'OpenLDAP' : vendor }
  }
  return { directory: 'generic', product: vendor === '' ? 'an LDAP server' : vendor }
}

/**
 * Where to search, when the options do not say.
 * @throws ConfigError `ldap-base` when the server announces none, or several
 */
export function findBase(options: LdapOptions, { namingContexts, defaultNamingContext }: RootDse): string {
  if (options.base !== undefined) return options.base
  if (defaultNamingContext !== undefined && defaultNamingContext !== '') return defaultNamingContext
  const [only, ...others] = namingContexts.filter((context) => !HOUSEKEEPING.test(normalizeDn(context)))
  if (only !== undefined && others.length === 0) return only
  const seen =
    only === undefined
      ? 'announces no naming context'
      : `has several naming contexts (${[only, ...others].join(' · ')})`
  throw new ConfigError('ldap-base', `the server ${seen}, and \`base\` does not say where to look`, {
    hint: 'Set `base` to the entry below which the people are, such as ou=people,dc=example,dc=com.',
  })
}

/** Where groups are: everywhere in the naming context of the base. */
export function findGroupBase(options: LdapOptions, base: string, { namingContexts }: RootDse): string {
  if (options.groups?.base !== undefined) return options.groups.base
  const wanted = normalizeDn(base)
  const holding = namingContexts.filter((context) => isBelow(wanted, normalizeDn(context)))
  return holding.sort((a, b) => b.length - a.length)[0] ?? base
}
