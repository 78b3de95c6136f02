import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env as ownEnv, execPath, platform, resourceUsage } from 'node:process'

/** Starts a bench file that reports by message. */
export async function startChild(name, args = [], env = {}) {
  const child = fork(join(import.meta.dirname, name), args, {
    env: { ...ownEnv, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code} before it reported`)
  })
  const [first] = await Promise.race([once(child, 'message'), ended])
  // From here on its end is what is wanted.
  ended.catch(() => undefined)
  return { child, first }
}

export async function stopChild({ child }) {
  const ended = child.exitCode === null ? once(child, 'exit') : undefined
  if (child.connected) child.disconnect()
  await ended
}

/** Milliseconds from spawn to exit. */
export async function timeOf(args, env) {
  const startedAt = performance.now()
  const child = spawn(execPath, args, { env: { ...ownEnv, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}: ${said}`)
  return performance.now() - startedAt
}

/** The most memory that this process ever held, in MiB; of itself alone, where the system tells (VmHWM). */
export function peakMiB() {
  const status = platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const highest = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  return (highest === undefined ? resourceUsage().maxRSS : Number(highest)) / 1024
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
