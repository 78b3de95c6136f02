/** A real OpenLDAP server for one test file: plain, StartTLS, LDAPS with a CA of its own, and size limits. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, type TestAuthority } from './loopback.ts'
import { runProgram } from './run-program.ts'
import { findProgram, programs } from './service.ts'

export const SUFFIX = 'dc=example,dc=com'

/** What the suites that use slapd need. */
export const slapdProbe = programs('slapd', 'slapadd', 'openssl')

export interface SlapdOptions {
  /** Entries besides the suffix, the accounts and `ou=people`, `ou=groups`. */
  readonly ldif?: string
  /** Lines of the configuration before the database. */
  readonly global?: string
  /** Lines of the database. */
  readonly database?: string
}

export interface Slapd {
  readonly port: number
  readonly tlsPort: number
  readonly url: string
  /** By the name that is in the certificate. */
  readonly tlsUrl: string
  readonly caFile: string
  stop(): Promise<void>
}

/** Accounts, each with its name for a password: `cn=reader`, password `reader`. */
export const ACCOUNTS = {
  /** Reads everything, 500 entries at a time, by pages without an end. */
  reader: `cn=reader,${SUFFIX}`,
  /** Reads 150 entries and no more, pages or not. */
  capped: `cn=capped,${SUFFIX}`,
  /** Sees nothing. */
  blind: `cn=blind,${SUFFIX}`,
} as const

/** Attributes as Active Directory has them; their numbers are free for experiments. */
const AD_SCHEMA = [
  ['objectGUID', 'octetStringMatch', '1.3.6.1.4.1.1466.115.121.1.40', true],
  ['objectSid', 'octetStringMatch', '1.3.6.1.4.1.1466.115.121.1.40', true],
  ['userAccountControl', 'integerMatch', '1.3.6.1.4.1.1466.115.121.1.27', true],
  ['sAMAccountName', 'caseIgnoreMatch', '1.3.6.1.4.1.1466.115.121.1.15', true],
  ['accountExpires', 'integerMatch', '1.3.6.1.4.1.1466.115.121.1.27', true],
  ['pwdLastSet', 'integerMatch', '1.3.6.1.4.1.1466.115.121.1.27', true],
  ['primaryGroupID', 'integerMatch', '1.3.6.1.4.1.1466.115.121.1.27', true],
  ['objectCategory', 'caseIgnoreMatch', '1.3.6.1.4.1.1466.115.121.1.15', true],
  ['whenCreated', 'generalizedTimeMatch', '1.3.6.1.4.1.1466.115.121.1.24', true],
  ['proxyAddresses', 'caseIgnoreMatch', '1.3.6.1.4.1.1466.115.121.1.15', false],
] as const

const SCHEMAS = ['core', 'cosine', 'inetorgperson', 'nis']

/** Starts a server, filled and answering. */
export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-slapd-'))
  const authority = await createAuthority()
  let server: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    if (server?.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL')
      await once(server, 'close')
    }
    await authority.remove()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await writeFiles(folder, authority, options)
    await fill(folder)
    const { port, tlsPort, child } = await launch(folder)
    server = child
    const url = `ldap://127.0.0.1:${port}`
    return { port, tlsPort, url, tlsUrl: `ldaps://localhost:${tlsPort}`, caFile: authority.caFile, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function writeFiles(folder: string, authority: TestAuthority, options: SlapdOptions): Promise<void> {
  await mkdir(join(folder, 'db'))
  await writeFile(join(folder, 'server.pem'), authority.cert)
  await writeFile(join(folder, 'server.key'), authority.key)
  await writeFile(join(folder, 'ad.schema'), adSchema())
  await writeFile(join(folder, 'slapd.conf'), configuration(folder, authority, options))
  await writeFile(join(folder, 'data.ldif'), `${baseLdif()}\n${options.ldif ?? ''}\n`)
}

function adSchema(): string {
  const types = AD_SCHEMA.map(([name, rule, syntax, isSingle], index) => {
    const single = isSingle ? ' SINGLE-VALUE' : ''
    const ordering = rule === 'integerMatch' ? ' ORDERING integerOrderingMatch' : ''
    const rules = `EQUALITY ${rule}${ordering} SYNTAX ${syntax}${single}`
    return `attributetype ( 1.3.6.1.4.1.99999.1.${index} NAME '${name}' ${rules} )`
  })
  const may = AD_SCHEMA.map(([name]) => name).join(' $ ')
  return `${types.join('\n')}\nobjectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'adThing' SUP top AUXILIARY MAY ( ${may} ) )\n`
}

function configuration(
  folder: string,
  { caFile }: TestAuthority,
  { global = '', database = '' }: SlapdOptions,
): string {
  return `${SCHEMAS.map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
include ${folder}/ad.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
TLSCACertificateFile ${caFile}
TLSCertificateFile ${folder}/server.pem
TLSCertificateKeyFile ${folder}/server.key
sizelimit size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
${global}
database mdb
maxsize 1073741824
suffix "${SUFFIX}"
rootdn "cn=admin,${SUFFIX}"
rootpw admin
directory ${folder}/db
dbnosync
index objectClass,uid,mail eq
limits dn.exact="${ACCOUNTS.capped}" size.soft=150 size.hard=150 size.pr=100 size.prtotal=150
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=public,${SUFFIX}" by * read
access to * by dn.exact="${ACCOUNTS.blind}" none by users read by anonymous auth
overlay ppolicy
${database}
`
}

function baseLdif(): string {
  const units = ['people', 'groups', 'public'].map((name) =>
    ldifEntry(`ou=${name},${SUFFIX}`, { objectClass: 'organizationalUnit', ou: name }),
  )
  const accounts = Object.entries(ACCOUNTS).map(([name, dn]) =>
    ldifEntry(dn, { objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: name, userPassword: name }),
  )
  const suffix = ldifEntry(SUFFIX, { objectClass: ['dcObject', 'organization'], o: 'Example', dc: 'example' })
  return [suffix, ...units, ...accounts].join('\n')
}

export type LdifValues = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>

/** One entry as LDIF; buffers, and text that needs it, in base64. */
export function ldifEntry(dn: string, values: LdifValues): string {
  const lines = [ldifLine('dn', dn)]
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) lines.push(ldifLine(name, each as string | Buffer))
  }
  return `${lines.join('\n')}\n`
}

function ldifLine(name: string, value: string | Buffer): string {
  if (typeof value === 'string' && /^[!-9;-~][ -~]*$/.test(value)) return `${name}: ${value}`
  return `${name}:: ${Buffer.from(value as string).toString('base64')}`
}

/** So many people below `ou=people`: `u0`, `u1`, … */
export function peopleLdif(count: number, values: (index: number) => LdifValues = () => ({})): string {
  const entries: string[] = []
  for (let i = 0; i < count; i++) {
    entries.push(
      ldifEntry(`uid=u${i},ou=people,${SUFFIX}`, {
        objectClass: 'inetOrgPerson',
        uid: `u${i}`,
        cn: `Person ${i}`,
        sn: `Number ${i}`,
        givenName: 'Person',
        mail: `u${i}@example.com`,
        employeeNumber: String(1000 + i),
        title: 'Engineer',
        ...values(i),
      }),
    )
  }
  return entries.join('\n')
}

async function fill(folder: string): Promise<void> {
  const args = ['-q', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'data.ldif')]
  const { code, stdout, stderr } = await runProgram(findProgram('slapadd') ?? 'slapadd', args)
  if (code !== 0) throw new Error(`slapadd failed: ${stdout}${stderr}`)
}

interface Launched {
  readonly port: number
  readonly tlsPort: number
  readonly child: ChildProcess
}

/** Free ports may be taken before slapd has them, so it tries a few times. */
async function launch(folder: string): Promise<Launched> {
  let said = ''
  for (let attempt = 0; attempt < 5; attempt++) {
    const [port, tlsPort] = [await freePort(), await freePort()]
    const listen = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`
    const args = ['-f', join(folder, 'slapd.conf'), '-h', listen, '-d', '0']
    const child = spawn(findProgram('slapd') ?? 'slapd', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    if (await answers(port, child)) return { port, tlsPort, child }
    child.kill('SIGKILL')
  }
  throw new Error(`slapd did not start: ${said}`)
}

async function answers(port: number, child: ChildProcess): Promise<boolean> {
  const end = Date.now() + 10_000
  while (Date.now() < end && child.exitCode === null) {
    if (await accepts(port)) return child.exitCode === null
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}
