import { posix } from 'node:path'
import type { FileEntryWithStats, Stats } from 'ssh2'
import type { Entry, Folders } from './glob.ts'
import { isMissing } from './sftp-failure.ts'
import type { Session } from './sftp-session.ts'

/** @param explain what the server answered about a path, as an error to throw */
export function createFolders(session: Session, explain: (path: string, error: unknown) => unknown): Folders {
  async function statsOf(path: string, how: 'stat' | 'lstat'): Promise<Stats | undefined> {
    try {
      return await session.ask<Stats>((sftp, done) => sftp[how](path, done))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw explain(path, error)
    }
  }

  async function list(folder: string): Promise<readonly Entry[]> {
    try {
      const entries = await session.ask<FileEntryWithStats[]>((sftp, done) => sftp.readdir(folder, done))
      return entries.filter(({ filename }) => !/^\.{1,2}$/.test(filename)).map(toEntry)
    } catch (error) {
      if (isMissing(error)) return []
      throw explain(folder, error)
    }
  }

  return {
    separator: '/',
    rootOf: () => '/',
    list,
    async isCandidate(path) {
      const stats = (await statsOf(path, 'stat')) ?? (await statsOf(path, 'lstat'))
      return stats !== undefined && !isFolder(stats)
    },
    exists: async (path) => (await statsOf(path, 'stat')) !== undefined,
  }
}

function toEntry({ filename, longname, attrs }: FileEntryWithStats): Entry {
  const { mode }: Partial<Stats> = attrs
  // Some servers tell the kind only in the line that is meant for people.
  return {
    name: posix.basename(filename),
    isFolder: mode === undefined ? longname.startsWith('d') : attrs.isDirectory(),
  }
}

function isFolder(stats: Stats): boolean {
  const { mode }: Partial<Stats> = stats
  return mode !== undefined && stats.isDirectory()
}
