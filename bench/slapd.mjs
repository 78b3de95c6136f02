// An OpenLDAP server with made-up people, in a process of its own.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { person } from './people.mjs'

export const SUFFIX = 'dc=example,dc=com'
export const READER = { dn: `cn=admin,${SUFFIX}`, password: 'secret' }

const MODULES = '/usr/lib/ldap'
const SCHEMA = '/etc/ldap/schema'

/** Undefined when it can run here, else what is missing. */
export function missingForSlapd() {
  const missing = ['slapd', 'slapadd', 'ldapsearch'].filter((name) => programPath(name) === undefined)
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed (Debian: slapd, ldap-utils)`
}

export function programPath(name) {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

export async function startSlapd(people) {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-bench-ldap-'))
  const config = join(folder, 'slapd.conf')
  const ldif = join(folder, 'people.ldif')
  await mkdir(join(folder, 'db'))
  await writeFile(config, configOf(folder))
  await writeLdif(ldif, people)
  const loaded = spawnSync(programPath('slapadd'), ['-q', '-f', config, '-l', ldif], { encoding: 'utf8' })
  if (loaded.status !== 0) throw new Error(`slapadd ended with ${loaded.status}: ${loaded.stderr}`)
  const port = await freePort()
  const url = `ldap://127.0.0.1:${port}`
  // With a debug level, even none, slapd stays in the foreground.
  const child = spawn(programPath('slapd'), ['-d', '0', '-f', config, '-h', url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await untilListening(child, port)
  return {
    url,
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configOf(folder) {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include ${SCHEMA}/${name}.schema`)
  return `${schemas.join('\n')}
pidfile ${folder}/slapd.pid
argsfile ${folder}/slapd.args
modulepath ${MODULES}
moduleload back_mdb
sizelimit size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
database mdb
maxsize 1073741824
suffix "${SUFFIX}"
rootdn "${READER.dn}"
rootpw ${READER.password}
directory ${folder}/db
index objectClass,uid,mail eq
`
}

async function writeLdif(path, people) {
  const file = createWriteStream(path)
  file.write(`dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n`)
  file.write(`dn: ou=people,${SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n`)
  for (let number = 0; number < people; number += 1) {
    if (!file.write(ldifOf(person(number)))) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
}

function ldifOf({ employee_id, first_name, last_name, login, email, department }) {
  return `dn: uid=${login},ou=people,${SUFFIX}
objectClass: inetOrgPerson
uid: ${login}
cn: ${first_name} ${last_name}
givenName: ${first_name}
sn: ${last_name}
displayName: ${first_name} ${last_name}
mail: ${email}
employeeNumber: ${employee_id}
departmentNumber: ${department}
title: Engineer

`
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilListening(child, port) {
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`slapd did not start: ${said}`)
}
