/** `vanta-sync notify test`, as somebody who sets notifications up meets it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { useDesks } from '../support/notify-desk.ts'

const desks = useDesks()

const NOTIFY = `notify:
  - slack: { env: SLACK }
  - { name: oncall, webhook: { url: { env: HOOK }, secret: { env: KEY } } }
  - mail: { smtp: { env: SMTP }, from: sync@example.com, to: it@example.com }
  - ping: { start: { env: PING_START }, success: { env: PING } }
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-notify-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let count = 0

async function test(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  notify = NOTIFY,
): Promise<CommandResult> {
  const file = join(folder, `${++count}.yaml`)
  await writeFile(
    file,
    `applications: { x: { clientId: client, clientSecret: { env: NOT_SET } } }
connectors: { hr: { use: csv, with: { path: ./people.csv } } }
resources: { accounts: { type: user_account, resourceId: 66f1c2a9e4b0a1d2c3e4f567, from: { connector: hr } } }
${notify}`,
  )
  return runCommand(
    ['-c', file, ...args, 'notify', 'test'].toSorted((a, b) => rank(a) - rank(b)),
    env,
  )
}

/** Global options first, what was asked for last. */
function rank(arg: string): number {
  return arg === 'notify' ? 1 : arg === 'test' ? 2 : /^[a-z]/.test(arg) ? 3 : 0
}

async function places() {
  const [slack, hook, switchServer] = [await desks.record(), await desks.record(), await desks.record()]
  const post = await desks.smtp()
  const env = {
    SLACK: `${slack.url}/services/secret-path`,
    HOOK: hook.url,
    KEY: 'key',
    SMTP: `smtp://127.0.0.1:${post.port}`,
    PING: `${switchServer.url}/ok`,
    PING_START: `${switchServer.url}/start`,
  }
  return { slack, hook, switchServer, post, env }
}

describe('notify test', () => {
  it('tells each notifier, with no secret of Vanta there, and says so', async () => {
    const { slack, hook, switchServer, post, env } = await places()
    expect(await test([], env)).toEqual({
      code: 0,
      stdout: '✓ slack: told\n✓ oncall (webhook): told\n✓ mail: told\n✓ ping: pinged as success\n',
      stderr: '',
      problems: [],
    })
    expect(slack.requests[0]?.body).toContain('this is a test')
    expect(JSON.parse(hook.requests[0]?.body ?? '')).toMatchObject({ kind: 'test', severity: 'info' })
    expect(hook.requests[0]?.headers['vanta-sync-signature']).toBeDefined()
    expect(post.messages).toHaveLength(1)
    expect(switchServer.requests.map(({ path }) => path)).toEqual(['/ok'])
  })

  it('ends with 1 when one was not told, with the reason and what to do, and never shows the address', async () => {
    const { slack, env } = await places()
    slack.reply = { status: 404, body: 'no_service' }
    const { code, stdout } = await test(['--json'], env)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      command: 'notify test',
      exitCode: 1,
      notifiers: [
        {
          name: 'slack',
          kind: 'slack',
          ok: false,
          message: `127.0.0.1:${slack.port} answered 404 (no_service). Nothing is there any more: make a new address, and put it at { env: SLACK }.`,
        },
        { name: 'oncall', kind: 'webhook', ok: true, message: 'told' },
        { name: 'mail', kind: 'mail', ok: true, message: 'told' },
        { name: 'ping', kind: 'ping', ok: true, message: 'pinged as success' },
      ],
    })
    expect(stdout).not.toContain('secret-path')
  })

  it('tells one alone by its name, and knows the nearest of a misspelt one', async () => {
    const { slack, hook, env } = await places()
    expect(await test(['oncall'], env)).toMatchObject({ code: 0, stdout: '✓ oncall (webhook): told\n' })
    expect([slack.requests.length, hook.requests.length]).toEqual([0, 1])
    const misspelt = await test(['oncal'], env)
    expect(misspelt.code).toBe(64)
    expect(misspelt.stderr).toContain('Did you mean "oncall"?')
  })

  it('says which variable is missing', async () => {
    const { env } = await places()
    const { SLACK: _, ...others } = env
    const { code, stdout } = await test(['slack'], others)
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('SLACK') })
  })

  it('ends with 78 when nobody is configured', async () => {
    const { code, stderr } = await test([], {}, '')
    expect(code).toBe(78)
    expect(stderr).toContain('names nobody to notify')
  })

  it('prints nothing when all went well and nothing shall be said', async () => {
    const { env } = await places()
    expect(await test(['--quiet'], env)).toMatchObject({ code: 0, stdout: '' })
  })
})
