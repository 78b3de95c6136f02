import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError, UsageError } from '../../core/errors.ts'

export interface NewFile {
  readonly path: string
  readonly text: string
}

/**
 * Writes all files or none, and replaces nothing.
 * @throws UsageError with what is there already; ConfigError when the system does not let us write
 */
export async function writeNewFiles(files: readonly NewFile[]): Promise<void> {
  const there: string[] = []
  for (const { path } of files) if (await exists(path)) there.push(path)
  if (there.length > 0) throw alreadyThere(there)
  const written: string[] = []
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(path), { recursive: true })
      // Somebody else may have written it meanwhile.
      await writeFile(path, text, { flag: 'wx' })
      written.push(path)
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true })
    throw notWritten(error)
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function alreadyThere(paths: readonly string[]): UsageError {
  const verb = paths.length === 1 ? 'is' : 'are'
  return new UsageError('exists', `${paths.join(', ')} ${verb} there already, and nothing was written`, {
    hint: 'Choose another name, another --dir, or move what is there.',
  })
}

function notWritten(error: unknown): Error {
  const { code = 'unknown error', path = '', syscall } = error as NodeJS.ErrnoException
  const isFolder = syscall === 'mkdir'
  if (code === 'EEXIST' && !isFolder) return alreadyThere([path])
  const why = code === 'EEXIST' ? 'is no folder' : `(${code})`
  return new ConfigError('not-written', `the files cannot be written: ${path} ${why}`, {
    hint: 'Name a folder in which you may write with --dir.',
    cause: error,
  })
}
