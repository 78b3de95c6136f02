#!/usr/bin/env node
// `npm run demo`: a sandbox, a temporary state, and the repository's own configuration on a copy of its example.
// Ends by itself with --once or off a terminal; otherwise leaves the sandbox's page up.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist/cli/main.js')
const once = process.argv.includes('--once') || !process.stdout.isTTY
const folder = mkdtempSync(join(tmpdir(), 'vanta-sync-demo-'))
const people = join(folder, 'examples/hris/people.csv')

/** The sandbox lives in a worker, since this thread stands still while a command runs. */
function startSandbox() {
  const url = new URL('../dist/sandbox/start.js', import.meta.url).href
  const code = `
    import(${JSON.stringify(url)}).then(async ({ startSandbox }) => {
      const { parentPort } = require('node:worker_threads')
      const sandbox = await startSandbox({ limits: { tokenRequests: 100 } })
      parentPort.postMessage({ url: sandbox.url, ...sandbox.credentials })
    })`
  const worker = new Worker(code, { eval: true })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (started) => resolve({ ...started, stop: () => worker.terminate() }))
  })
}

function say(title) {
  console.log(`\n━━ ${title}\n`)
}

/** Types a command as a user would, and stops the demo when it ends otherwise than announced. */
function type(sandbox, args, expected = 0) {
  console.log(`$ vanta-sync ${args.join(' ')}`)
  const env = {
    ...process.env,
    CI: '',
    VANTA_BASE_URL: sandbox.url,
    VANTA_CLIENT_ID: sandbox.clientId,
    VANTA_CLIENT_SECRET: sandbox.clientSecret,
    VANTA_SYNC_STATE: join(folder, 'state'),
  }
  const { status } = spawnSync(process.execPath, [cli, '--log-level', 'error', ...args], {
    cwd: folder,
    env,
    stdio: 'inherit',
  })
  if (status !== expected) throw new Error(`vanta-sync ${args[0]} ended with ${status}, expected ${expected}`)
}

/** Rewrites the export, and lets it be old enough to be taken for whole. */
function rewrite(change) {
  writeFileSync(people, change(readFileSync(people, 'utf8')))
}

function nextDay(text) {
  const lines = text.split('\r\n').filter((line) => !line.startsWith('000250;'))
  return lines
    .map((line) => (line.startsWith('000012;') ? line.replace(';User;', ';Administrator;') : line))
    .join('\r\n')
}

/** What an export looks like whose job died half-way, at the end of a line. */
function cutInHalf(text) {
  const lines = text.split('\r\n')
  return `${lines.slice(0, Math.floor(lines.length / 2)).join('\r\n')}\r\n`
}

async function main() {
  cpSync(join(root, 'vanta.config.yaml'), join(folder, 'vanta.config.yaml'))
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  const sandbox = await startSandbox()
  try {
    say('1. The first sync: 320 rows of an HR export, two of them bad')
    type(sandbox, ['run'])
    say('2. The next day: one person left, one was promoted. What would change?')
    rewrite(nextDay)
    type(sandbox, ['plan'])
    say('3. That is right: apply it')
    type(sandbox, ['run'])
    say('4. The day after, the export job died half-way. Would half the company be off-boarded?')
    rewrite(cutInHalf)
    type(sandbox, ['run'], 11)
    say('5. No: it is held, and Vanta still has everybody')
    type(sandbox, ['status'])
    console.log(`\nThe sandbox, our local Vanta, shows what it holds: ${sandbox.url}`)
    if (!once) await untilInterrupted()
  } finally {
    await sandbox.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function untilInterrupted() {
  console.log('Open it in a browser. Ctrl-C ends the demo.')
  const alive = setInterval(() => undefined, 60_000)
  return new Promise((resolve) => {
    process.once('SIGINT', () => {
      clearInterval(alive)
      resolve()
    })
  })
}

await main()
