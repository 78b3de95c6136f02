/** An SFTP server that does what a test says: logins and oddities that no real server would do on demand. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2, { type AuthContext, type Connection, type SFTPWrapper } from 'ssh2'

const { Server, utils } = ssh2
const { STATUS_CODE } = utils.sftp

export interface ScriptedSftpOptions {
  /** The one file that there is, by its path. */
  readonly path: string
  readonly content: Buffer
  /** Lets a client in; default: everybody. */
  authenticate?(context: AuthContext): void
  /** Most bytes in one answer. Default: as many as are asked for. */
  readonly mostBytes?: number
  /** Leaves out what a server need not tell of a file: kind, size and time. */
  readonly tellsNothing?: boolean
  /** Size that it claims. Default: that of the content. */
  readonly claims?: number
  /** Refuses the subsystem. */
  readonly noSftp?: boolean
  /** After the first answer with content it closes the SFTP session, and keeps the connection. */
  readonly endsEarly?: boolean
  /** What it denies for want of permission: to list folders, or to open the file. */
  readonly denies?: 'list' | 'open'
  /** Milliseconds before each answer with content, as of a far server. */
  readonly delayMs?: number
}

export interface ScriptedSftp {
  readonly port: number
  /** `SHA256:…`. */
  readonly fingerprint: string
  /** Questions for content that were open at the same time, at most. */
  readonly mostAtOnce: number
  close(): Promise<void>
}

export async function startScriptedSftp(options: ScriptedSftpOptions): Promise<ScriptedSftp> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const count = { open: 0, most: 0 }
  const clients = new Set<Connection>()
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client)
    client.on('error', () => undefined)
    client.on('close', () => clients.delete(client))
    client.on('authentication', (context) => (options.authenticate ?? accept)(context))
    client.on('session', (acceptSession) => {
      acceptSession().on('sftp', (acceptSftp, refuse) => {
        if (options.noSftp === true) refuse()
        else serve(acceptSftp(), options, count)
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const key = utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    get mostAtOnce() {
      return count.most
    },
    async close() {
      for (const client of clients) client.end()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function accept(context: AuthContext): void {
  context.accept()
}

function serve(sftp: SFTPWrapper, options: ScriptedSftpOptions, count: { open: number; most: number }): void {
  const { path, content, mostBytes = content.length, claims = content.length, tellsNothing = false } = options
  const handle = Buffer.from([1])
  const attributes = { mode: 0o100644, uid: 0, gid: 0, size: claims, atime: 1, mtime: 1_790_000_000 }
  const told = tellsNothing ? ({} as typeof attributes) : attributes
  const tell = (id: number, asked: string): void =>
    asked === path ? sftp.attrs(id, told) : sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
  let answers = 0
  sftp.on('STAT', tell)
  sftp.on('LSTAT', tell)
  sftp.on('FSTAT', (id) => (tellsNothing ? sftp.status(id, STATUS_CODE.OP_UNSUPPORTED) : sftp.attrs(id, told)))
  sftp.on('OPEN', (id, asked) => {
    if (options.denies === 'open') sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
    else if (asked === path) sftp.handle(id, handle)
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
  })
  sftp.on('OPENDIR', (id) =>
    sftp.status(id, options.denies === 'list' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.NO_SUCH_FILE),
  )
  sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK))
  sftp.on('REALPATH', (id) => sftp.name(id, [{ filename: '/home/people', longname: '', attrs: told }]))
  sftp.on('READ', (id, _handle, offset, length) => {
    count.most = Math.max(count.most, ++count.open)
    setTimeout(() => {
      count.open--
      answers++
      if (options.endsEarly === true && answers > 1) {
        sftp.end()
        return
      }
      const piece = content.subarray(offset, offset + Math.min(length, mostBytes))
      if (piece.length === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.data(id, piece)
    }, options.delayMs ?? 0)
  })
}
