/** docs/notifications.md: its receivers verify what we sign, and its configuration is one. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { testNotice } from '../../core/alarm/notice.ts'
import { systemClock } from '../../core/clock.ts'
import { createNotifiers } from '../../notify/notifier.ts'
import type { SendResult } from '../../notify/sending.ts'
import { codeBlocks, readText } from '../docs/pages.ts'
import { runCommand } from '../support/command.ts'
import { listen } from '../support/loopback.ts'
import { notifier, secretRef } from '../support/notify-settings.ts'
import { describeWithService, programs } from '../support/service.ts'

const PAGE = readText('docs/notifications.md')

const undo: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
})

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'vanta-sync-notifications-'))
  undo.push(() => rm(made, { recursive: true, force: true }))
  return made
}

async function freePort(): Promise<number> {
  const { port, close } = await listen(createServer())
  await close()
  return port
}

/** Starts the receiver of the page, and sends it a test with this secret until it is there. */
async function receive(
  program: string,
  { text, secret }: { text: string; secret: string },
): Promise<{ result: SendResult; said: string }> {
  const file = join(await folder(), 'receiver')
  await writeFile(`${file}.mjs`, text)
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: 'the right one' }
  const child = spawn(program, [`${file}.mjs`], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  undo.push(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
  const url = secretRef(`http://127.0.0.1:${port}/`)
  const tools = { transport: { fetch }, clock: systemClock }
  const [hook] = createNotifiers(tools, [notifier({ kind: 'webhook', url, secret: secretRef(secret) })])
  const notice = testNotice(Date.now(), undefined)
  for (const end = Date.now() + 15_000; ; ) {
    const result = await hook?.send({ notice, delivery: 'd-1', signal: new AbortController().signal })
    if (result === undefined) throw new Error('There is no notifier')
    if (result.ok || !result.reason.includes('ECONNREFUSED') || Date.now() > end) {
      await systemClock.sleep(100)
      return { result, said }
    }
    await systemClock.sleep(50)
  }
}

async function takesOnlyOurs(program: string, text: string): Promise<void> {
  const right = await receive(program, { text, secret: 'the right one' })
  expect(right).toEqual({ result: { ok: true }, said: 'vanta-sync can reach you: this is a test\n' })
  const wrong = await receive(program, { text, secret: 'another' })
  expect(wrong).toMatchObject({ result: { ok: false, reason: expect.stringMatching(/answered 401$/) }, said: '' })
}

describe('docs/notifications.md', () => {
  it('has a configuration that is valid', async () => {
    const [notify = ''] = codeBlocks(PAGE, 'yaml')
    const file = join(await folder(), 'vanta.config.yaml')
    await writeFile(
      file,
      `applications: { x: { clientId: client, clientSecret: { env: SECRET } } }
connectors: { hr: { use: csv, with: { path: ./people.csv } } }
resources: { people-accounts: { type: user_account, resourceId: 66f1c2a9e4b0a1d2c3e4f567, from: { connector: hr } } }
${notify}`,
    )
    const names = [...notify.matchAll(/env: (\w+)/g)].map(([, name = '']) => name)
    const env = Object.fromEntries([...names, 'SECRET'].map((name) => [name, 'https://x.example.com']))
    expect(await runCommand(['-c', file, 'validate'], env)).toMatchObject({ code: 0, problems: [] })
  })

  it('has a receiver in Node that takes what we sign, and nothing else', async () => {
    await takesOnlyOurs(process.execPath, codeBlocks(PAGE, 'js')[0] ?? '')
  })
})

describeWithService('docs/notifications.md, in Python', programs('python3'), () => {
  it('has a receiver that takes what we sign, and nothing else', async () => {
    await takesOnlyOurs('python3', codeBlocks(PAGE, 'python')[0] ?? '')
  })
})
