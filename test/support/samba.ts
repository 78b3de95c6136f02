/** A real Active Directory domain controller of Samba, for tests. */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram } from './run-program.ts'
import { findProgram, type Probe, programs } from './service.ts'

/** Debian's own: another Python on PATH would lack Samba's modules. */
const PYTHON = '/usr/bin/python3'
const PROVISIONING = '/usr/share/samba/setup/provision.ldif'
const REALM = 'AD.EXAMPLE.COM'

/** All entries in one transaction, into the database of a server that does not run yet: far quicker than by LDAP. */
const LOAD_LDIF = `
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
settings = LoadParm()
settings.load(sys.argv[1])
directory = SamDB(session_info=system_session(), lp=settings)
directory.transaction_start()
with open(sys.argv[2], encoding='utf-8') as file:
    directory.modify_ldif(file.read())
directory.transaction_commit()
`

export interface SambaDomain {
  /** A loopback address of this domain controller's own, because LDAP of a domain controller has fixed ports. */
  readonly address: string
  /** What its certificate is issued for. */
  readonly serverName: string
  readonly caFile: string
  /** Runs `samba-tool` against the directory, and returns what it printed. */
  tool(...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

export const DOMAIN = 'DC=ad,DC=example,DC=com'

export const sambaInstalled: Probe = () => {
  const missing = programs('samba', 'samba-tool')()
  if (missing !== undefined) return missing
  if (process.getuid?.() !== 0) return 'only root may start a Samba domain controller'
  try {
    accessSync(PROVISIONING)
    accessSync(PYTHON)
    return undefined
  } catch {
    return 'samba-ad-provision not installed'
  }
}

/**
 * Provisions a domain, fills it with `ldif` (changetype records) and starts its domain controller; takes some 8 s.
 * It ends with this process, however that ends.
 */
export async function startSamba(ldif: string): Promise<SambaDomain> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-samba-'))
  const config = join(folder, 'etc', 'smb.conf')
  const address = `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(2, 255)}`
  try {
    await provision(folder, address)
    await configure(folder, address)
    await load(folder, config, ldif)
    const stopServer = await startServer(config, address)
    return {
      address,
      serverName: `dc1.${REALM.toLowerCase()}`,
      caFile: join(folder, 'private', 'tls', 'ca.pem'),
      tool: (...args) => run(toolPath(), [...args, '-s', config]),
      async stop() {
        await stopServer()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function provision(folder: string, address: string): Promise<void> {
  const settings = {
    realm: REALM,
    domain: 'AD',
    'server-role': 'dc',
    'dns-backend': 'NONE',
    adminpass: 'Passw0rd!x',
    targetdir: folder,
    'host-name': 'dc1',
    'host-ip': address,
    // The system volume wants extended attributes, which the file system of a container may not have.
    option: 'vfs objects=dfs_samba4 acl_xattr xattr_tdb',
  }
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  await run(toolPath(), ['domain', 'provision', ...args])
}

/** Only LDAP, only on `address`, and every file below `folder`. */
async function configure(folder: string, address: string): Promise<void> {
  const config = join(folder, 'etc', 'smb.conf')
  const own = [
    '[global]',
    // With a mask of 32 Samba takes the address for that of a network.
    `interfaces = ${address}/8`,
    'bind interfaces only = yes',
    'server services = ldap',
    'ldap server require strong auth = yes',
    `pid directory = ${folder}`,
    `ncalrpc dir = ${join(folder, 'ncalrpc')}`,
    `winbindd socket directory = ${join(folder, 'winbindd')}`,
    `log file = ${join(folder, 'log')}`,
  ]
  const provisioned = (await readFile(config, 'utf8')).replaceAll(/^\s*(server services|log file) =.*$/gm, '')
  await writeFile(config, provisioned.replace('[global]', own.join('\n')))
}

async function load(folder: string, config: string, ldif: string): Promise<void> {
  const file = join(folder, 'people.ldif')
  await writeFile(file, ldif)
  await run(PYTHON, ['-c', LOAD_LDIF, config, file])
}

async function startServer(config: string, address: string): Promise<() => Promise<void>> {
  // One process is all there is to stop, and it ends by itself when its standard input does.
  const args = ['--interactive', '--model=single', '-s', config]
  const child = spawn(findProgram('samba') ?? 'samba', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const ended = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  const deadline = Date.now() + 30_000
  while (!(await answers(address, 636))) {
    if (child.exitCode === null && Date.now() < deadline) {
      await sleep(50)
      continue
    }
    await stop()
    throw new Error(`samba did not start on ${address}: ${said}`)
  }
  return stop
}

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function toolPath(): string {
  return findProgram('samba-tool') ?? 'samba-tool'
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args)
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr}`)
  return stdout
}
