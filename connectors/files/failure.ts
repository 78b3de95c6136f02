import { OperatorError, RetryLaterError, messageOf } from '../../core/errors.ts'

const BUSY = new Set(['EBUSY', 'EAGAIN', 'EMFILE', 'ENFILE', 'ETXTBSY'])
/** The server of a share is away, or came back as another one. */
const AWAY = new Set([
  'ESTALE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTCONN',
  'ENOLINK',
  'EREMOTEIO',
  'ECONNRESET',
  'ECONNABORTED',
])

/**
 * What the file system said about a path, as an error that names the path and who must act.
 * @param onShare whether the path lies on a share, where an I/O error means its server and not a broken disk
 */
export function fileFailure(path: string, error: unknown, onShare = false): OperatorError | RetryLaterError {
  const code = errnoOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return missingFile(path, error)
  if (code === 'EACCES' || code === 'EPERM') return forbidden(path, error)
  if (code !== undefined && BUSY.has(code)) {
    return new RetryLaterError('file-busy', `${path} cannot be read just now (${code})`, {
      hint: 'Nothing to do if it happens once: the next run tries again.',
      cause: error,
    })
  }
  if (code !== undefined && (AWAY.has(code) || (onShare && code === 'EIO'))) {
    return new RetryLaterError(
      'share-away',
      `${path} cannot be read: the server of the share does not answer (${code})`,
      {
        hint: 'The next run tries again. If it stays so, whoever runs this machine must mount the share anew.',
        cause: error,
      },
    )
  }
  return new OperatorError('file-unreadable', `${path} cannot be read: ${messageOf(error)}`, {
    hint: 'Whoever runs this machine must mend the file or the disk that it lies on.',
    cause: error,
  })
}

/** Neither a folder nor a pipe or device may feed a read: the first has no rows, the others no end and no size. */
export function notAFile(path: string, kind: 'folder' | 'special'): OperatorError {
  if (kind === 'folder') {
    return new OperatorError('file-is-folder', `${path} is a folder, not a file`, {
      hint: 'Name a file in it, or a pattern such as folder/*.csv with `pick: newest`.',
    })
  }
  return new OperatorError('file-is-special', `${path} is a pipe, socket or device, not a regular file`, {
    hint: 'Write the export to a regular file first: only that can be shown to be complete.',
  })
}

export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

function missingFile(path: string, cause: unknown): OperatorError {
  return new OperatorError('file-missing', `${path} does not exist`, {
    hint: 'Whoever delivers the export must put it there; or correct `path` in the configuration.',
    cause,
  })
}

function forbidden(path: string, cause: unknown): OperatorError {
  const user = process.getuid === undefined ? '' : ` (user id ${process.getuid()})`
  return new OperatorError('file-forbidden', `${path} may not be read: permission denied`, {
    hint: `Whoever owns it must let this process read it${user}.`,
    cause,
  })
}
