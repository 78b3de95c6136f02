/** A real OpenSSH server for one test file, that lets the user of the tests in by key and serves SFTP alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './run-program.ts'
import { findProgram, programs } from './service.ts'

/** What the suites that use sshd need. */
export const sshdProbe = programs('sshd', 'ssh-keygen', 'ps')

export interface Sshd {
  readonly port: number
  readonly user: string
  /** A folder of the server for the files of the tests. */
  readonly folder: string
  /** Of its host keys: `SHA256:…`. */
  readonly fingerprints: { readonly ed25519: string; readonly rsa: string }
  /** A line of known_hosts with the RSA key, which is not the one that clients ask for by themselves. */
  readonly rsaLine: string
  /** The text of keys that it lets in, without and with a passphrase, and of one that it does not know. */
  readonly keys: { readonly plain: string; readonly locked: string; readonly foreign: string }
  readonly passphrase: string
  /** `sftp://user@127.0.0.1:port` and the path below the folder. */
  url(path: string): string
  /** Ends the server and all its sessions at once. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const PASSPHRASE = 'open sesame'

export async function startSshd(): Promise<Sshd> {
  const home = await mkdtemp(join(tmpdir(), 'vanta-sync-sshd-'))
  const folder = join(home, 'files')
  await mkdir(folder)
  const port = await freePort()
  const { username: user } = userInfo()
  const [plain, locked, foreign] = await Promise.all([
    createKey(join(home, 'plain'), 'ed25519'),
    createKey(join(home, 'locked'), 'ed25519', PASSPHRASE),
    createKey(join(home, 'foreign'), 'ed25519'),
  ])
  const [ed25519, rsa] = await Promise.all([
    createKey(join(home, 'host-ed25519'), 'ed25519'),
    createKey(join(home, 'host-rsa'), 'rsa'),
  ])
  await writeFile(join(home, 'authorized'), `${plain.publicKey}${locked.publicKey}`)
  await writeFile(join(home, 'config'), configOf(home, port))
  const server = await start(join(home, 'config'), port)
  return {
    port,
    user,
    folder,
    fingerprints: { ed25519: ed25519.fingerprint, rsa: rsa.fingerprint },
    rsaLine: `[127.0.0.1]:${port} ${rsa.publicKey.trim()}`,
    keys: { plain: plain.text, locked: locked.text, foreign: foreign.text },
    passphrase: PASSPHRASE,
    url: (path) => `sftp://${user}@127.0.0.1:${port}${folder}/${path}`,
    kill: () => end(server),
    async stop() {
      await end(server)
      await rm(home, { recursive: true, force: true })
    },
  }
}

function configOf(home: string, port: number): string {
  // Without PAM only root can see that an account without a password is not a locked one.
  const isRoot = process.getuid?.() === 0
  return `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(home, 'host-ed25519')}
HostKey ${join(home, 'host-rsa')}
PidFile none
AuthorizedKeysFile ${join(home, 'authorized')}
StrictModes no
UsePAM ${isRoot ? 'no' : 'yes'}
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
`
}

interface Key {
  readonly text: string
  readonly publicKey: string
  readonly fingerprint: string
}

async function createKey(path: string, type: 'ed25519' | 'rsa', passphrase = ''): Promise<Key> {
  await keygen('-q', '-t', type, '-N', passphrase, '-C', '', '-f', path)
  const { stdout } = await keygen('-l', '-f', path)
  const fingerprint = /SHA256:\S+/.exec(stdout)?.[0] ?? ''
  await chmod(path, 0o600)
  return { text: await readFile(path, 'utf8'), publicKey: await readFile(`${path}.pub`, 'utf8'), fingerprint }
}

async function keygen(...args: readonly string[]): Promise<{ stdout: string }> {
  const result = await runProgram('ssh-keygen', args)
  if (result.code !== 0) throw new Error(`ssh-keygen: ${result.stderr}`)
  return result
}

async function start(config: string, port: number): Promise<ChildProcess> {
  // As root it wants an empty folder that the package makes when the machine starts.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const program = findProgram('sshd') ?? 'sshd'
  const child = spawn(program, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  for (let waited = 0; waited < 10_000; waited += 20) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`)
    if (await answers(port)) return child
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await end(child)
  throw new Error(`sshd does not answer: ${said}`)
}

/** Its sessions are in groups of their own, so they are looked up first. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  for (const pid of [child.pid, ...(await descendantsOf(child.pid))]) kill(pid)
  await ended
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function descendantsOf(root: number): Promise<readonly number[]> {
  const { stdout } = await runProgram('ps', ['-A', '-o', 'pid=,ppid='])
  const found = new Set([root])
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const [pid = 0, parent = 0] of lines) if (found.has(parent)) found.add(pid)
  }
  found.delete(root)
  return [...found]
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
