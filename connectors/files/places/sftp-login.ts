import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2'
import { ConfigError } from '../../../core/errors.ts'
import type { FileOptions } from '../options.ts'

export type SftpOptions = NonNullable<FileOptions['sftp']>
export type Ssh2 = typeof import('ssh2')

export interface Login {
  /** For ssh2, which asks for one method after another; false ends it. */
  next(offered: readonly AuthenticationType[] | null): AnyAuthMethod | false
  /** What the server would accept, as far as it said so. */
  offered(): readonly string[]
  tried(): readonly string[]
}

/** @throws ConfigError when there is nothing to log in with, or the key cannot be read */
export function createLogin(ssh2: Ssh2, username: string, options: SftpOptions): Login {
  const methods = methodsOf(ssh2, username, options)
  let known: readonly string[] = []
  const tried: string[] = []
  // Asking with nothing is refused, and the refusal names what the server accepts.
  const queue: AnyAuthMethod[] = [{ type: 'none', username }, ...methods]
  return {
    next(offered) {
      if (offered !== null) known = offered
      for (let method = queue.shift(); method !== undefined; method = queue.shift()) {
        if (known.length > 0 && !known.includes(method.type)) continue
        if (method.type !== 'none') tried.push(method.type)
        return method
      }
      return false
    },
    offered: () => known,
    tried: () => tried,
  }
}

function methodsOf(ssh2: Ssh2, username: string, options: SftpOptions): readonly AnyAuthMethod[] {
  const { password, privateKey } = options
  const methods: AnyAuthMethod[] = []
  if (privateKey !== undefined) methods.push({ type: 'publickey', username, key: readKey(ssh2, options) })
  if (password !== undefined) {
    const text = password.reveal()
    methods.push({ type: 'password', username, password: text })
    methods.push({
      type: 'keyboard-interactive',
      username,
      // Only one hidden question can be the one for the password; a code of the moment is beyond us.
      prompt: (...[, , , prompts, finish]) => {
        finish(prompts.map(({ echo }) => (echo === true || prompts.length > 1 ? '' : text)))
      },
    })
  }
  if (methods.length > 0) return methods
  throw new ConfigError('sftp-login', '`sftp` has neither password nor privateKey', {
    hint: 'Set one of them to a reference, such as { env: SFTP_PASSWORD } or { file: /run/secrets/sftp-key }.',
  })
}

function readKey(ssh2: Ssh2, { privateKey, passphrase }: SftpOptions): ParsedKey {
  const text = privateKey?.reveal() ?? ''
  const parsed = ssh2.utils.parseKey(text.endsWith('\n') ? text : `${text}\n`, passphrase?.reveal())
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || key instanceof Error) throw unreadable(key, passphrase !== undefined)
  if (key.isPrivateKey()) return key
  throw new ConfigError('sftp-key', '`sftp.privateKey` is a public key', {
    hint: 'The private key is the file without .pub.',
  })
}

function unreadable(error: Error | undefined, hasPassphrase: boolean): ConfigError {
  const isProtected = /passphrase|encrypted/i.test(error?.message ?? '')
  if (isProtected) {
    const what = hasPassphrase ? '`sftp.passphrase` does not open it' : '`sftp.passphrase` is not set'
    return new ConfigError('sftp-passphrase', `\`sftp.privateKey\` is protected, and ${what}`, {
      hint: 'Set `sftp.passphrase` to a reference to its passphrase.',
    })
  }
  return new ConfigError('sftp-key', '`sftp.privateKey` is no private key in OpenSSH or PEM format', {
    hint: 'It begins with -----BEGIN … PRIVATE KEY-----, on lines of its own. Keys of PuTTY (.ppk) must be exported to OpenSSH.',
  })
}
