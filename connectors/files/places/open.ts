import type { CheckContext } from '../../../core/connector.ts'
import { ConfigError } from '../../../core/errors.ts'
import type { FileOptions } from '../options.ts'
import { openLocal } from './local.ts'
import type { Place } from './place.ts'

/** Where files can lie. */
export type Kind = 'local' | 'sftp' | 'web' | 'stdin'

const SCHEMES: Readonly<Record<string, Kind>> = { sftp: 'sftp', https: 'web', http: 'web' }

const NAMES: Readonly<Record<Kind, string>> = {
  local: 'a path on this machine',
  sftp: 'an sftp:// location',
  web: 'an address of the web',
  stdin: 'standard input',
}

/** Options that mean nothing elsewhere; what is written in vain would be thought to hold. */
const BOUND: readonly (readonly [keyof FileOptions, readonly Kind[]])[] = [
  ['mountPoint', ['local']],
  ['sftp', ['sftp']],
  ['http', ['web']],
  ['pick', ['local', 'sftp']],
  ['nameDate', ['local', 'sftp', 'web']],
  ['settle', ['local', 'sftp', 'web']],
  ['control', ['local', 'sftp', 'web']],
]

/**
 * The store that `path` lies in. Close it when the read is over.
 * @throws ConfigError when options do not fit it; what the store throws when it cannot be reached
 */
export async function openPlace(context: CheckContext<FileOptions>): Promise<Place> {
  const { options } = context
  const kind = checkLocation(options)
  // What a server takes is loaded only where one is asked.
  switch (kind) {
    case 'sftp': {
      const { openSftp } = await import('./sftp.ts')
      return openSftp(options.path, options.sftp, context)
    }
    case 'web': {
      const { openWeb } = await import('./web.ts')
      return openWeb(options.path, options.http, context)
    }
    case 'stdin': {
      const { openStdin } = await import('./stdin.ts')
      return openStdin(process.stdin, context.clock)
    }
    default:
      return openLocal(options.path, options.mountPoint)
  }
}

/** What kind of store `path` is in. @throws ConfigError when it is none, or an option means nothing there */
export function checkLocation(options: FileOptions): Kind {
  const kind = kindOf(options.path)
  for (const [option, kinds] of BOUND) {
    if (options[option] !== undefined && !kinds.includes(kind)) throw misplaced(option, kind)
  }
  return kind
}

function kindOf(path: string): Kind {
  if (path === '-') return 'stdin'
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1]?.toLowerCase()
  if (scheme === undefined) return 'local'
  const kind = SCHEMES[scheme]
  if (kind !== undefined) return kind
  throw new ConfigError('location', `\`path\` begins with ${scheme}://, and files cannot be read from there`, {
    hint: 'A path of this machine, sftp://, https:// and - (standard input) are known.',
  })
}

function misplaced(option: string, kind: Kind): ConfigError {
  return new ConfigError('option-misplaced', `\`${option}\` means nothing for ${NAMES[kind]}, which \`path\` is`, {
    hint: `Remove \`${option}\`, or correct \`path\`.`,
  })
}
