/** What this process holds open, to see what a read left behind. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { SECOND } from '../core/clock.ts'
import { createCollector } from './live-heap.ts'
import { pause } from './within.ts'

/** Kinds of things that are open, and how many of each. */
type OpenThings = ReadonlyMap<string, number>

/** Sockets close in several steps, and the other side takes part. */
const PATIENCE = SECOND
const PAUSE = 20

const NAMES: Readonly<Record<string, string>> = {
  TCPSocketWrap: 'TCP connection',
  TCPServerWrap: 'listening TCP socket',
  TLSWrap: 'TLS connection',
  UDPWrap: 'UDP socket',
  PipeWrap: 'pipe or local socket',
  PipeServerWrap: 'listening local socket',
  ProcessWrap: 'child process',
  FSEventWrap: 'file watcher',
  StatWatcher: 'file watcher',
  MessagePort: 'message port',
  Worker: 'worker thread',
  Timeout: 'timer',
}

/**
 * Does the work and says, as a sentence, what is open after it that was not before and does not go away by itself;
 * undefined when nothing is.
 * @throws what the work throws
 */
export async function leftOpenBy(work: () => Promise<void>): Promise<string | undefined> {
  const collected = watchCollectedFiles()
  try {
    // What earlier work dropped is not the fault of this one.
    const dropped = await collected.count()
    const before = await openThings()
    await work()
    const more = await stillMoreThan(before)
    const files = (await collected.count()) - dropped
    if (files > 0) more.push(files === 1 ? 'a file' : `${files} files`)
    return more.length === 0 ? undefined : `it leaves open: ${more.join(', ')}`
  } finally {
    collected.stop()
  }
}

/** Files that nobody closed, and that the garbage collector closes by and by: then Node warns. */
function watchCollectedFiles(): { count(): Promise<number>; stop(): void } {
  const collect = createCollector()
  let files = 0
  const onWarning = ({ message }: Error): void => {
    if (message.includes('file descriptor') && message.includes('garbage collection')) files++
  }
  process.on('warning', onWarning)
  return {
    async count() {
      collect()
      await pause(PAUSE)
      return files
    },
    stop: () => void process.off('warning', onWarning),
  }
}

async function openThings(): Promise<OpenThings> {
  // Right after a pause our own timers and reads are not among what is open.
  await pause(1)
  const counts = new Map<string, number>()
  const add = (kind: string): void => void counts.set(kind, (counts.get(kind) ?? 0) + 1)
  for (const kind of process.getActiveResourcesInfo()) add(NAMES[kind] ?? kind)
  for (const name of await openFiles()) add(`the file ${name}`)
  for (const id of await children()) add(`process ${id}`)
  return counts
}

/** What is open beyond `before`, when it does not go away by itself. */
async function stillMoreThan(before: OpenThings): Promise<string[]> {
  const end = performance.now() + PATIENCE
  for (;;) {
    const more = moreThan(before, await openThings())
    if (more.length === 0 || performance.now() > end) return more
    await pause(PAUSE)
  }
}

function moreThan(before: OpenThings, after: OpenThings): string[] {
  const more: string[] = []
  for (const [kind, count] of after) {
    const extra = count - (before.get(kind) ?? 0)
    if (extra > 0) more.push(extra === 1 ? kind : `${kind} (${extra})`)
  }
  return more
}

/** Names of regular files that are open. Where the system does not tell, none. */
async function openFiles(): Promise<readonly string[]> {
  const folder = '/proc/self/fd'
  const numbers = await readdir(folder).catch(() => [])
  const targets = await Promise.all(numbers.map((number) => readlink(`${folder}/${number}`).catch(() => '')))
  const files = targets.filter((target) => target.startsWith('/') && !/^\/(dev|proc)\//.test(target))
  return files.map((file) => basename(file.replace(/ \(deleted\)$/, '')))
}

/** Ids of child processes, those included that Node does not wait for. Where the system does not tell, none. */
async function children(): Promise<readonly string[]> {
  const threads = await readdir('/proc/self/task').catch(() => [])
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/self/task/${thread}/children`, 'utf8').catch(() => '')),
  )
  return lists.flatMap((list) => list.split(' ').filter((id) => id !== ''))
}
