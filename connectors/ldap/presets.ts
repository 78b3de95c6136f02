/** What people, computers and groups are in each kind of directory. */
import type { Directory, LdapOptions, Objects } from './options.ts'

export interface Preset {
  /** Empty when there is none. */
  readonly filter: string
  /** What is read when `attributes` does not say. */
  readonly attributes: readonly string[]
}

type Named = Exclude<Objects, 'custom'>

const PERSON = [
  'uid',
  'cn',
  'sn',
  'givenName',
  'displayName',
  'mail',
  'title',
  'o',
  'ou',
  'departmentNumber',
  'employeeNumber',
  'employeeType',
  'manager',
  'telephoneNumber',
  'mobile',
  'l',
  'uidNumber',
  'description',
  'memberOf',
  'objectClass',
]

const AD_PERSON = [
  'sAMAccountName',
  'userPrincipalName',
  'cn',
  'sn',
  'givenName',
  'displayName',
  'mail',
  'proxyAddresses',
  'title',
  'company',
  'department',
  'employeeID',
  'employeeNumber',
  'employeeType',
  'manager',
  'telephoneNumber',
  'mobile',
  'l',
  'co',
  'description',
  'memberOf',
  'objectSid',
  'userAccountControl',
  'accountExpires',
  'pwdLastSet',
  'lastLogonTimestamp',
  'objectClass',
]

const AD_COMPUTER = [
  'cn',
  'sAMAccountName',
  'dNSHostName',
  'operatingSystem',
  'operatingSystemVersion',
  'operatingSystemServicePack',
  'description',
  'location',
  'managedBy',
  'servicePrincipalName',
  'objectSid',
  'userAccountControl',
  'lastLogonTimestamp',
  'pwdLastSet',
  'objectClass',
]

const COMPUTER = [
  'cn',
  'fqdn',
  'serialNumber',
  'ipHostNumber',
  'macAddress',
  'owner',
  'ou',
  'l',
  'description',
  'objectClass',
]

const GROUP = ['cn', 'description', 'owner', 'gidNumber', 'member', 'uniqueMember', 'memberUid', 'objectClass']

const AD_GROUP = [
  'cn',
  'sAMAccountName',
  'description',
  'mail',
  'managedBy',
  'groupType',
  'member',
  'memberOf',
  'objectSid',
  'objectClass',
]

const STANDARD: Readonly<Record<Named, Preset>> = {
  people: { filter: '(|(objectClass=person)(objectClass=posixAccount))', attributes: PERSON },
  computers: { filter: '(|(objectClass=device)(objectClass=ipHost)(objectClass=ipaHost))', attributes: COMPUTER },
  groups: {
    filter:
      '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup))',
    attributes: GROUP,
  },
}

/**
 * By category, not by class: to Active Directory a computer is a user, and a managed service account a computer, as
 * far as classes go.
 */
const ACTIVE_DIRECTORY: Readonly<Record<Named, Preset>> = {
  people: { filter: '(&(objectCategory=person)(objectClass=user))', attributes: AD_PERSON },
  computers: { filter: '(&(objectCategory=computer)(objectClass=computer))', attributes: AD_COMPUTER },
  groups: { filter: '(objectCategory=group)', attributes: AD_GROUP },
}

const MANAGED_SERVICE_ACCOUNTS = '(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount)'

/** The preset for what is read: its filter joined with the user's own. */
export function presetFor(options: LdapOptions, directory: Directory): Preset {
  const { filter, attributes } = plainPreset(options, directory)
  const own = options.filter === undefined ? '' : enclosed(options.filter)
  if (filter === '' || own === '') return { filter: filter + own, attributes }
  return { filter: `(&${filter}${own})`, attributes }
}

/** All groups of a directory, without the user's filter. */
export function groupFilter(directory: Directory): string {
  return tableFor(directory).groups.filter
}

function plainPreset({ objects, serviceAccounts }: LdapOptions, directory: Directory): Preset {
  const table = tableFor(directory)
  if (objects === 'custom') return { filter: '', attributes: table.people.attributes }
  const preset = table[objects]
  const withServices = objects === 'people' && directory === 'active-directory' && serviceAccounts
  return withServices ? { ...preset, filter: `(|${preset.filter}${MANAGED_SERVICE_ACCOUNTS})` } : preset
}

function tableFor(directory: Directory): Readonly<Record<Named, Preset>> {
  return directory === 'active-directory' ? ACTIVE_DIRECTORY : STANDARD
}

function enclosed(filter: string): string {
  const trimmed = filter.trim()
  return trimmed.startsWith('(') ? trimmed : `(${trimmed})`
}

/** Attributes that outlive renames and moves, the preferred one first. */
const STABLE_IDS: Readonly<Record<Directory, readonly string[]>> = {
  'active-directory': ['objectGUID'],
  openldap: ['entryUUID'],
  '389-ds': ['nsUniqueId'],
  generic: ['entryUUID', 'nsUniqueId', 'objectGUID', 'ibm-entryUUID'],
}

/** What the field `id` is made of: the first of these that an entry has. */
export function idAttributes({ idAttribute }: LdapOptions, directory: Directory): readonly string[] {
  return idAttribute === undefined ? STABLE_IDS[directory] : [idAttribute]
}
