// What a daemon takes while it has nothing to do: after its start, and again after runs and looks at its page. The
// built command as it is installed, in a process of its own; memory and time as Linux counts them. What it keeps after
// runs depends on the memory allocator too: the Dockerfile has settings of glibc for it, which are inherited from here.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env as ownEnv, execPath, platform } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { startChild, stopChild } from './children.mjs'
import { configText, writePeople } from './people.mjs'

const ROWS = 20_000
const RUNS = 3
const PAGES = 10
/** The daemon looks each minute whether there is memory to give back. */
const REST_MS = 75_000
const WATCH_MS = 60_000
const AIM_MIB = 90
const AIM_CPU = 0.5
/** Of the clock in /proc/PID/stat; the same on every Linux that Node runs on. */
const TICK_MS = 10
const TOKEN = 'a-token-of-the-bench-that-nobody-else-has'

const cli = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js')

export async function benchIdle() {
  if (platform !== 'linux') {
    console.log('idle daemon: not measured, since only Linux tells what a process takes')
    return true
  }
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-bench-'))
  const vanta = await startChild('vanta.mjs')
  let daemon
  try {
    daemon = await startDaemon(folder, vanta.first)
    const watched = { 'after its start': await watch(daemon) }
    await runAndLook(daemon)
    watched[`after ${RUNS} runs of ${ROWS.toLocaleString('en-US')} accounts and ${PAGES} pages`] = await watch(daemon)
    console.log(`idle daemon, over ${WATCH_MS / 1000} s (aim: under ${AIM_MIB} MiB and ${AIM_CPU} % of a core)`)
    for (const [when, { mib, cpu }] of Object.entries(watched))
      console.log(`  ${mib.toFixed(1).padStart(5)} MiB, ${cpu.toFixed(2)} % of a core  ${when}`)
    return Object.values(watched).every(({ mib, cpu }) => mib < AIM_MIB && cpu < AIM_CPU)
  } finally {
    if (daemon !== undefined) await stopDaemon(daemon)
    await stopChild(vanta)
    await rm(folder, { recursive: true, force: true })
  }
}

async function startDaemon(folder, { url, clientId, clientSecret }) {
  const exportPath = join(folder, 'people.csv')
  const configPath = join(folder, 'vanta.config.yaml')
  await writePeople(exportPath, ROWS)
  const config = JSON.parse(configText({ baseUrl: url, exportPath, statePath: join(folder, 'state') }))
  config.resources.accounts.schedule = '17 3 * * *'
  config.server = { port: 0, users: [{ name: 'bench', role: 'approver', token: { env: 'BENCH_TOKEN' } }] }
  await writeFile(configPath, JSON.stringify(config))
  const child = spawn(execPath, [cli, 'start', '--json', '-c', configPath], {
    env: { ...ownEnv, VANTA_CLIENT_ID: clientId, VANTA_CLIENT_SECRET: clientSecret, BENCH_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = `${said}${text}`.slice(-4000)
  })
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`the daemon ended with ${code}: ${said}`)
  })
  // Once it listens, its end is what is wanted.
  ended.catch(() => undefined)
  const [line] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended])
  return { child, url: JSON.parse(line).url }
}

async function stopDaemon({ child }) {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'close')
}

async function runAndLook(daemon) {
  for (let run = 0; run < RUNS; run += 1) {
    await ask(daemon, '/api/resources/accounts/run', { method: 'POST' })
    await untilIdle(daemon)
  }
  for (let page = 0; page < PAGES; page += 1) await ask(daemon, '/')
}

/** By how the resource is: a run that has just begun is not in the history yet. */
async function untilIdle(daemon) {
  let running = true
  while (running) {
    await wait(500)
    const { resources } = await ask(daemon, '/api/status')
    running = resources[0].running !== undefined
  }
}

async function ask({ url }, path, init = {}) {
  // On a busy machine a connection that is kept may be closed by the daemon just when it is used again.
  const headers = { authorization: `Bearer ${TOKEN}`, connection: 'close' }
  const response = await fetch(`${url}${path}`, { ...init, headers })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
}

/** The memory at the end, and the share of one core from then to now. */
async function watch({ child: { pid } }) {
  await wait(REST_MS)
  const before = await cpuMs(pid)
  await wait(WATCH_MS)
  const cpu = ((await cpuMs(pid)) - before) / WATCH_MS
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return { mib: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024, cpu: cpu * 100 }
}

async function cpuMs(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name of the program may hold anything, so what counts is what follows its closing bracket.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * TICK_MS
}
