/** Who lives in the domain of the Active Directory tests, as LDIF. */
import { DOMAIN } from '../../support/samba.ts'

export const STAFF = `OU=Staff,${DOMAIN}`
export const MACHINES = `OU=Machines,${DOMAIN}`
/** A group that holds all of them: more than one answer of Microsoft's own servers takes. */
export const STAFF_SIZE = 1600
export const COMPUTERS = 60

/** 100 ns since 1601, as Active Directory counts. */
export function fileTime(iso: string): string {
  return String((BigInt(Date.parse(iso)) + 11_644_473_600_000n) * 10_000n)
}

export const EXPIRED_AT = '2020-01-31T22:00:00Z'
export const EXPIRES_AT = '2199-12-31T23:00:00Z'

export const READER = { name: 'svc-reader', upn: 'svc-reader@ad.example.com', password: 'Read-0nly!pass' }
export const DISABLED = { name: 'p0002', upn: 'p0002@ad.example.com', password: 'Was-0nce!mine' }

const NORMAL_ACCOUNT = 512
const DISABLED_ACCOUNT = 514
const WORKSTATION = 4096
const DISABLED_WORKSTATION = 4098

type Attributes = Readonly<Record<string, string | number | readonly string[]>>

function add(dn: string, attributes: Attributes): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${name}:: ${Buffer.from(String(each)).toString('base64')}`),
  )
  return `dn:: ${Buffer.from(dn).toString('base64')}\nchangetype: add\n${lines.join('\n')}\n`
}

function modify(dn: string, change: 'add' | 'replace', attribute: string, values: readonly string[]): string {
  return `dn: ${dn}\nchangetype: modify\n${change}: ${attribute}\n${values.map((each) => `${attribute}: ${each}\n`).join('')}-\n`
}

function user(name: string, attributes: Attributes = {}, commonName = name): string {
  return add(`CN=${commonName},${STAFF}`, {
    objectClass: 'user',
    sAMAccountName: name,
    userPrincipalName: `${name}@ad.example.com`,
    userAccountControl: NORMAL_ACCOUNT,
    ...attributes,
  })
}

/** The form in which Active Directory takes a password: in quotes, as UTF-16. */
function withPassword(ldif: string, password: string): string {
  return `${ldif}unicodePwd:: ${Buffer.from(`"${password}"`, 'utf16le').toString('base64')}\n`
}

function group(name: string, members: readonly string[]): string {
  return add(`CN=${name},${STAFF}`, { objectClass: 'group', sAMAccountName: name, member: members })
}

export function staffName(number: number): string {
  return `p${String(number).padStart(4, '0')}`
}

export function staffDn(number: number): string {
  return `CN=${staffName(number)},${STAFF}`
}

/** What sets a few of the staff apart, by number. */
const SPECIAL: Readonly<Record<number, Attributes>> = {
  2: { userAccountControl: DISABLED_ACCOUNT },
  3: { accountExpires: fileTime(EXPIRED_AT) },
  4: { accountExpires: fileTime(EXPIRES_AT) },
  5: { accountExpires: 0 },
  6: { proxyAddresses: ['SMTP:p0006@example.com', 'smtp:six@example.com'], otherTelephone: ['+49 30 1', '+49 30 2'] },
}

function staff(number: number): string {
  const name = staffName(number)
  const ldif = user(name, {
    mail: `${name}@example.com`,
    displayName: `Person ${number}`,
    givenName: 'Person',
    sn: String(number),
    ...SPECIAL[number],
  })
  return number === 2 ? withPassword(ldif, DISABLED.password) : ldif
}

function computer(number: number): string {
  const name = `PC-${String(number).padStart(3, '0')}`
  return add(`CN=${name},${MACHINES}`, {
    objectClass: 'computer',
    sAMAccountName: `${name}$`,
    userAccountControl: number === 2 ? DISABLED_WORKSTATION : WORKSTATION,
    dNSHostName: `${name.toLowerCase()}.ad.example.com`,
    operatingSystem: 'Windows 11 Enterprise',
    operatingSystemVersion: '10.0 (22631)',
  })
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/**
 * Staff in one big group; `ring-a` ∋ `ring-b` ∋ `ring-c` ∋ `ring-a`, with one person in each of the first and the last;
 * one whose primary group is Domain Guests; accounts without mail: a service account and a managed one.
 */
export function domainLdif(): string {
  const records = [
    add(STAFF, { objectClass: 'organizationalUnit' }),
    add(MACHINES, { objectClass: 'organizationalUnit' }),
    ...numbers(STAFF_SIZE).map(staff),
    ...numbers(COMPUTERS).map(computer),
    user('umlaut', { mail: 'umlaut@example.com', sn: 'Müller' }, 'Müller\\, Jörg'),
    withPassword(user(READER.name), READER.password),
    add(`CN=gmsa-backup,CN=Managed Service Accounts,${DOMAIN}`, {
      objectClass: 'msDS-GroupManagedServiceAccount',
      sAMAccountName: 'gmsa-backup$',
      userAccountControl: WORKSTATION,
      'msDS-ManagedPasswordInterval': 30,
    }),
    add(`CN=Some Customer,${STAFF}`, { objectClass: 'contact', mail: 'customer@example.org' }),
    group('all-staff', numbers(STAFF_SIZE).map(staffDn)),
    group('ring-a', [staffDn(10)]),
    group('ring-b', [`CN=ring-a,${STAFF}`]),
    group('ring-c', [`CN=ring-b,${STAFF}`, staffDn(12)]),
    modify(`CN=ring-a,${STAFF}`, 'add', 'member', [`CN=ring-c,${STAFF}`]),
    modify(`CN=Domain Guests,CN=Users,${DOMAIN}`, 'add', 'member', [staffDn(13)]),
    modify(staffDn(13), 'replace', 'primaryGroupID', ['514']),
  ]
  return records.join('\n')
}
