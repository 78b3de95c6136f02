import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveReference } from '../../config/resolve-reference.ts'
import { loadConfig } from '../../config/load.ts'
import { CANARIES, edited, ENV, GOOD, load, loadFake, loadSettings, mistakes } from './fixture.ts'

const SECRET = '{ env: PEOPLE_X_SECRET }'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vanta-sync-references-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function settingsIn(
  text: string,
  env: Record<string, string | undefined> = { ...ENV },
): Promise<Awaited<ReturnType<typeof loadSettings>>> {
  const file = path.join(folder, 'vanta.config.yaml')
  await writeFile(file, text)
  const result = await loadConfig({ file, env, loadConnector: loadFake, secrets: 'check' })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.settings
}

describe('a reference to an ordinary value', () => {
  test.each([
    ['an empty variable', '{ env: EMPTY }', 'is empty'],
    ['an unset one', '{ env: TOSTRING }', 'is not set'],
    ['a name that every object has', '{ env: constructor }', 'is not set'],
  ])('is missing for %s', async (_what, reference, said) => {
    expect((await mistakes(edited('SSO', reference)))[0]).toContain(said)
  })

  test('loses one trailing line break, and only one', async () => {
    await writeFile(path.join(folder, 'value'), 'word\n\n')
    expect(await resolveReference({ kind: 'file', path: 'value' }, { env: {}, folder })).toEqual({ value: 'word\n' })
    await writeFile(path.join(folder, 'value'), 'word\r\n')
    expect(await resolveReference({ kind: 'file', path: 'value' }, { env: {}, folder })).toEqual({ value: 'word' })
  })

  test('is a number or true/false where one is expected', async () => {
    const settings = await loadSettings(
      `${edited('verify: true', 'verify: { env: FLAG }')}server: { port: { env: PORT } }\n`,
      {
        env: { ...ENV, FLAG: 'false' },
      },
    )
    expect(settings.server.port).toBe(9000)
    expect(settings.resources[0]?.verify).toBe(false)
  })

  test('feeds options, maps and tables', async () => {
    const text = `${edited('authMethod: SSO', 'accountName: { env: WORD }').replace('with: {}', 'with: { delimiter: { env: WORD } }')}tables: { t: { a: { env: WORD } } }\n`
    const source = (await loadSettings(text)).resources[0]?.sources[0]
    expect(await source?.options()).toMatchObject({ delimiter: ENV.WORD })
    expect(source?.mapping.start({ now: 0 }).map({ at: 'x', fields: { employee_id: '1' } }).record).toMatchObject({
      accountName: ENV.WORD,
    })
  })

  test.each([
    ['exits with an error', ['node', '-e', 'console.log("canary"); process.exit(7)'], 'ended with status 7'],
    ['is killed', ['node', '-e', 'process.kill(process.pid, "SIGTERM")'], 'was ended by SIGTERM'],
    ['does not exist', ['no-such-command-here'], 'was not found'],
    [
      'writes without end',
      ['node', '-e', 'setInterval(() => process.stdout.write("x".repeat(65536)), 1)'],
      'wrote more than',
    ],
    ['writes nothing', ['node', '-e', ''], 'gives nothing'],
    ['writes no text', ['node', '-e', 'process.stdout.write(Buffer.from([255]))'], 'gives no text in UTF-8'],
  ] as const)('fails in one sentence when the command %s', async (_what, command, said) => {
    const [program, ...rest] = command
    const result = await resolveReference({ kind: 'exec', command: [program, ...rest] }, { env: process.env, folder })
    expect(JSON.stringify(result)).toContain(said)
    expect(JSON.stringify(result)).not.toContain('canary')
  })

  test('stops a command that hangs, and one whose children hold its output', async () => {
    const spawn = 'require("child_process").spawn("sleep", ["60"], { stdio: "inherit" }); setInterval(() => {}, 1000)'
    const started = Date.now()
    const result = await resolveReference(
      { kind: 'exec', command: ['node', '-e', spawn] },
      { env: process.env, folder, execTimeoutMs: 500 },
    )
    expect(JSON.stringify(result)).toContain('did not end within 0.5 s')
    expect(Date.now() - started).toBeLessThan(20_000)
  })

  test('runs without a shell, without input, in the folder of the configuration', async () => {
    const script = 'process.stdin.on("data", () => {}).on("end", () => console.log(process.argv[1] + process.cwd()))'
    const result = await resolveReference(
      { kind: 'exec', command: ['node', '-e', script, '$HOME;'] },
      { env: process.env, folder },
    )
    expect(result).toEqual({ value: `$HOME;${folder}` })
  })

  test('throws the reason when the run is aborted meanwhile', async () => {
    const signal = AbortSignal.timeout(200)
    const hanging = resolveReference(
      { kind: 'exec', command: ['node', '-e', 'setInterval(() => {}, 1000)'] },
      { env: process.env, folder, signal },
    )
    await expect(hanging).rejects.toHaveProperty('name', 'TimeoutError')
  })

  test('runs a command once however often it is referred to', async () => {
    const command = `{ exec: [node, -e, "require('fs').appendFileSync('ran', 'x'); console.log(require('fs').readFileSync('ran', 'utf8'))"] }`
    const text = edited('maxRemoved: 5%', `mustInclude: [${command}, a]\n      groupBy: ${command}`)
    expect((await loadSettings(text)).resources[0]?.guard).toMatchObject({ mustInclude: ['x', 'a'], groupBy: 'x' })
  })
})

describe('a secret', () => {
  test('is looked up again at each use, so that a rotated one needs no restart', async () => {
    await writeFile(path.join(folder, 'secret'), 'old\n', { mode: 0o600 })
    const settings = await settingsIn(edited(SECRET, '{ file: secret }'))
    const reference = settings.applications[0]?.clientSecret
    expect((await reference?.resolve())?.reveal()).toBe('old')
    await writeFile(path.join(folder, 'secret'), 'new\n')
    expect((await reference?.resolve())?.reveal()).toBe('new')
    expect(settings.secrets.values().map((secret) => secret.reveal())).toEqual(['old', 'new'])
  })

  test('that went away is an error with its place and cause, and no value', async () => {
    await writeFile(path.join(folder, 'secret'), 'canary\n', { mode: 0o600 })
    const settings = await settingsIn(edited(SECRET, '{ file: secret }'))
    await rm(path.join(folder, 'secret'))
    await expect(settings.applications[0]?.clientSecret.resolve()).rejects.toMatchObject({
      code: 'file-unreadable',
      exitCode: 78,
      message: 'applications.people-x.clientSecret: the file secret does not exist',
    })
  })

  test('of an option is resolved for the connector, and remembered', async () => {
    const settings = await settingsIn(edited('with: {}', 'with: { password: { env: WORD } }'))
    const options = (await settings.resources[0]?.sources[0]?.options()) as { password: { reveal(): string } }
    expect(options.password.reveal()).toBe(ENV.WORD)
    expect(settings.secrets.values().map((secret) => secret.reveal())).toContain(ENV.WORD)
  })

  test('by command is not run to see that it is there', async () => {
    const settings = await settingsIn(edited(SECRET, `{ exec: [node, -e, "console.log('made')"] }`))
    expect(settings.secrets.values()).toEqual([])
    expect((await settings.applications[0]?.clientSecret.resolve())?.reveal()).toBe('made')
    expect(settings.applications[0]?.clientSecret.describe).toBe('{ exec: [node, …] }')
  })

  test('may be missing when no secret is needed', async () => {
    const settings = await loadSettings(edited('PEOPLE_X_SECRET', 'NOT_SET'), { secrets: 'ignore' })
    await expect(settings.applications[0]?.clientSecret.resolve()).rejects.toMatchObject({ code: 'variable-missing' })
    expect(await mistakes(edited(SECRET, 'plain'), { secrets: 'ignore' })).toHaveLength(1)
  })

  test('in a file that everybody may read is warned of', async () => {
    await writeFile(path.join(folder, 'secret'), 'value\n')
    await chmod(path.join(folder, 'secret'), 0o644)
    const { warnings } = await settingsIn(edited(SECRET, '{ file: secret }'))
    expect(warnings).toEqual([expect.stringContaining('everybody on this machine may read secret; chmod 600')])
    await chmod(path.join(folder, 'secret'), 0o640)
    expect((await settingsIn(edited(SECRET, '{ file: secret }'))).warnings).toEqual([])
  })

  test('is nowhere in the settings, however they are printed', async () => {
    const result = await load(
      edited(SECRET, '{ file: secret.txt }').replace('with: {}', 'with: { password: { env: PEOPLE_X_SECRET } }'),
    )
    const printed = inspect(result, { depth: 20, showHidden: true }) + JSON.stringify(result)
    for (const canary of Object.values(CANARIES)) expect(printed).not.toContain(canary)
    expect(GOOD).not.toContain(CANARIES.CANARY_A)
  })
})
