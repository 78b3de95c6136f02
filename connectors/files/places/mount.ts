/** Shares of other machines, and whether they are mounted: the folder of one that is not is simply empty. */
import { readFile, realpath, stat, statfs } from 'node:fs/promises'
import { dirname, isAbsolute, relative, sep } from 'node:path'
import { ConfigError, RetryLaterError } from '../../../core/errors.ts'
import { fileFailure } from '../failure.ts'

/** `f_type` of file systems that another machine serves: NFS, SMB1, CIFS, SMB2, 9P, FUSE (sshfs), AFS, Ceph. */
const SHARES = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x5346414f, 0x00c36400])

/** What stands in for a share until it is asked for; asking for its inside mounts it. */
const AUTOFS = 0x0187

export async function liesOnShare(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { type } = await statfs(folder).catch(() => ({ type: undefined }))
    if (type !== undefined) return SHARES.has(type)
    if (folder === dirname(folder)) return false
  }
}

/**
 * @param path absolute, or a pattern, below the mount point
 * @throws RetryLaterError `not-mounted`; ConfigError `mount-point` when `path` does not lie below it
 */
export async function requireMounted(mountPoint: string, path: string): Promise<void> {
  const below = relative(mountPoint, path)
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    throw new ConfigError('mount-point', `\`path\` does not lie below \`mountPoint\`, which is ${mountPoint}`, {
      hint: 'Name the folder at which the share of `path` is mounted.',
    })
  }
  if (await isMounted(mountPoint)) return
  throw new RetryLaterError('not-mounted', `the share is not mounted at ${mountPoint}`, {
    hint: 'Whoever runs this machine must mount it; an unmounted share looks like an empty folder.',
  })
}

async function isMounted(mountPoint: string): Promise<boolean> {
  try {
    const real = await realpath(mountPoint)
    // The dot asks for what lies at the mount point, which makes an automounter mount it.
    if ((await statfs(`${real}${sep}.`)).type === AUTOFS) return false
    const [own, parent] = await Promise.all([stat(real), stat(dirname(real))])
    return own.dev !== parent.dev || real === dirname(real) || (await isListed(real))
  } catch (error) {
    const failure = fileFailure(mountPoint, error, true)
    if (failure.code === 'file-missing') return false
    throw failure
  }
}

/** A folder of the same disk that is bound to another place has the number of its disk: only Linux's list tells. */
async function isListed(folder: string): Promise<boolean> {
  const list = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return list.split('\n').some((line) => unescape(line.split(' ')[4] ?? '') === folder)
}

/** The list has blanks and such as `\040`. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
}
