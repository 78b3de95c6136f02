import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { env, execPath } from 'node:process'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { execConnector } from '../../../connectors/exec/index.ts'
import type { SyncError } from '../../../core/errors.ts'
import { Secret } from '../../../core/secret.ts'
import { type LoggedLine, runCheck } from '../../support/read-all.ts'
import { END, failureOf, printing, read, readNode, readShell, script, tempFolder } from './fixture.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('where the program is', () => {
  test('a name is looked up on PATH, arguments arrive as they are, and no shell touches them', async () => {
    const text = `process.stdout.write(JSON.stringify({ args: process.argv.slice(1) }) + '\\n${END(1)}\\n')`
    const { rows } = await read({
      command: ['node', '-e', text, '$HOME', '*', 'a b', ''],
      env: { PATH: join(execPath, '..') },
    })
    expect(rows[0]?.fields['args']).toEqual(['$HOME', '*', 'a b', ''])
  })

  test('a path, and what the program opens, are looked up from cwd', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'tools'))
    await script(join(folder, 'tools'), 'people.sh', `#!/bin/sh\ncat rows.ndjson`)
    await writeFile(join(folder, 'tools', 'rows.ndjson'), `{"id":1}\n${END(1)}\n`)
    const { proof } = await read({ command: ['./people.sh'], cwd: 'tools' }, { baseDir: folder })
    expect(proof).toMatchObject({ complete: true })
  })

  test('check looks for it, and does not run it', async () => {
    const folder = await tempFolder()
    await script(folder, 'people.sh', '#!/bin/sh\ntouch ran')
    const said = await runCheck(execConnector, { command: ['./people.sh'] }, { baseDir: folder })
    expect(said).toBe(`${join(folder, 'people.sh')} may be executed in ${folder}; it was not run`)
    await expect(chmod(join(folder, 'ran'), 0o600)).rejects.toThrow('ENOENT')
  })
})

/** What `read` throws; `check` must throw the same. */
async function failures(options: Record<string, unknown>, baseDir: string): Promise<SyncError> {
  const failure = await failureOf(read(options, { baseDir }))
  expect(await failureOf(runCheck(execConnector, options, { baseDir }))).toMatchObject({ message: failure.message })
  return failure
}

describe('what cannot be started is a mistake of the configuration, for check and read alike', () => {
  test('a program that is not on PATH, with the PATH', async () => {
    const failure = await failures({ command: ['no-such-program'], env: { PATH: '/nowhere:/neither' } }, '/')
    expect(failure).toMatchObject({ code: 'exec-not-found', exitCode: 78 })
    expect(failure.message).toBe('the program no-such-program is not on PATH: /nowhere:/neither')
  })

  test('a path that leads nowhere, or to a folder', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'tools'))
    for (const program of ['./people.sh', './tools']) {
      const failure = await failures({ command: [program] }, folder)
      expect(failure).toMatchObject({ code: 'exec-not-found', exitCode: 78 })
      expect(failure.message).toContain(join(folder, basename(program)))
    }
  })

  test('a file that may not be executed', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'people.sh'), '#!/bin/sh\n')
    const failure = await failures({ command: ['./people.sh'] }, folder)
    expect(failure).toMatchObject({ code: 'exec-not-executable', exitCode: 78 })
    expect(failure.hint).toContain('chmod +x')
  })

  test('a working folder that is not there, or is a file', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'file'), '')
    for (const cwd of ['nowhere', 'file']) {
      expect(await failures({ command: ['sh'], cwd }, folder)).toMatchObject({ code: 'exec-cwd', exitCode: 78 })
    }
  })

  test('a program without a name', async () => {
    expect(await failures({ command: [''] }, '/')).toMatchObject({ code: 'exec-command', exitCode: 78 })
  })

  test('a script whose interpreter is not there', async () => {
    const folder = await tempFolder()
    await script(folder, 'people.sh', '#!/no/such/interpreter\n')
    const missing = await failureOf(read({ command: ['./people.sh'] }, { baseDir: folder }))
    expect(missing).toMatchObject({ code: 'exec-start', exitCode: 78 })
    expect(missing.message).toContain('the interpreter that its first line names does not exist')
  })

  test.each([
    [
      'is not set',
      { passEnv: ['VANTA_SYNC_TEST_UNSET'] },
      'passEnv names the variable VANTA_SYNC_TEST_UNSET, which is not set',
    ],
    ['is given twice', { env: { A: '1' }, secretEnv: { A: new Secret('hush') } }, 'the variable A is given twice'],
    ['has no good name', { env: { 'a=b': '1' } }, '"a=b" is no name of a variable'],
    ['holds a zero byte', { secretEnv: { A: new Secret('hush\0') } }, 'the value of the variable A holds a zero byte'],
  ])('a variable that %s', async (_, options, message) => {
    const failure = await failures({ command: ['sh'], ...options }, '/')
    expect(failure).toMatchObject({ code: 'exec-variable', exitCode: 78 })
    expect(failure.message).toContain(message)
    expect(failure.message).not.toContain('hush')
  })
})

describe('the environment of the program', () => {
  const SHOW = `process.stdout.write(JSON.stringify(process.env) + '\\n${END(1)}\\n')`

  test('has PATH, HOME, LANG and TZ, and nothing else of ours', async () => {
    vi.stubEnv('VANTA_SYNC_TEST', 'not for everybody')
    vi.stubEnv('TZ', 'Europe/Berlin')
    vi.stubEnv('LANG', 'C.UTF-8')
    const { rows } = await readNode(SHOW)
    const seen = rows[0]?.fields ?? {}
    expect(Object.keys(seen).toSorted()).toEqual(
      ['HOME', 'LANG', 'PATH', 'TZ'].filter((name) => env[name] !== undefined),
    )
    expect(seen['TZ']).toBe('Europe/Berlin')
  })

  test('has what the configuration names, gives and refers to; a name of the first four may be given anew', async () => {
    vi.stubEnv('VANTA_SYNC_TEST', 'passed')
    const { rows } = await readNode(SHOW, {
      options: {
        passEnv: ['VANTA_SYNC_TEST'],
        env: { REGION: '007', TZ: 'UTC' },
        secretEnv: { TOKEN: new Secret('hush-hush') },
      },
    })
    expect(rows[0]?.fields).toMatchObject({ VANTA_SYNC_TEST: 'passed', REGION: '007', TZ: 'UTC', TOKEN: 'hush-hush' })
  })
})

function infos(logs: readonly LoggedLine[]): string[] {
  return logs.filter(({ level }) => level === 'info').map(({ message }) => message)
}

describe('standard error', () => {
  test('goes to the log line by line, without colours, and what does not end its line too', async () => {
    const { logs } = await readShell(`printf '\\033[31mreading\\033[0m\\r\\n\\n50%%\\rall' >&2\n${printing(END(0))}`)
    expect(infos(logs)).toEqual(['people.sh: reading', 'people.sh: 50%', 'people.sh: all'])
  })

  test('has no secret in the log or in the error, in whatever form', async () => {
    const token = 'to"ken+/~with=stuff'
    const forms = [token, JSON.stringify(token), encodeURIComponent(token), Buffer.from(token).toString('base64')]
    const folder = await tempFolder()
    await writeFile(
      join(folder, 'people.mjs'),
      `
      const forms = ${JSON.stringify(forms)}
      for (const form of [process.env.TOKEN, ...forms]) process.stderr.write('got ' + form + ' here\\n')
      process.stderr.write('key line-two-of-it\\n')
      process.exitCode = 3`,
    )
    const secretEnv = {
      TOKEN: new Secret(token),
      KEY: new Secret('line-one-of-it\nline-two-of-it\n'),
      SHORT: new Secret('x'),
    }
    const failure = await failureOf(read({ command: [execPath, 'people.mjs'], secretEnv }, { baseDir: folder }))
    expect(failure.message).toContain('node ended with code 3; its last words: got [secret] here /')
    expect(failure.message).toContain('key [secret]')
    for (const form of [...forms, 'line-two']) expect(failure.message).not.toContain(form)
  })

  test('is limited: so many lines a second, so many letters a line, and a line without end', async () => {
    const { logs } = await readNode(`
      process.stderr.write('x'.repeat(2000) + '\\n')
      process.stderr.write('line\\n'.repeat(5000))
      process.stderr.write('y'.repeat(100_000) + '\\n')
      process.stdout.write('${END(0)}\\n')`)
    const lines = infos(logs)
    expect(lines.length).toBeLessThan(160)
    expect(lines[0]).toBe(`node: ${'x'.repeat(500)}…`)
    const leftOut = lines.flatMap((line) => /^node: (\d+) lines more, left out$/.exec(line)?.[1] ?? [])
    const shown = lines.length - leftOut.length
    expect(shown + leftOut.reduce((sum, count) => sum + Number(count), 0)).toBe(5002)
    expect(lines.join('\n')).not.toContain('yyy')
  })

  test('may be written without end: the program never waits for us to read it', async () => {
    const { proof } = await readNode(`
      for (let i = 0; i < 200; i++) process.stderr.write('z'.repeat(20_000) + '\\n')
      process.stdout.write('${END(0)}\\n')`)
    expect(proof).toMatchObject({ complete: true })
  })
})

describe('a program that does not end well', () => {
  test('with a code is the failure of the source, with its code and last words, whatever it wrote', async () => {
    const failure = await failureOf(
      readShell(`${printing('{"id":1}', END(1))}\necho a >&2; echo b >&2; echo c >&2; echo d >&2; exit 3`),
    )
    expect(failure).toMatchObject({ name: 'OperatorError', code: 'exec-exit-code', exitCode: 12 })
    expect(failure.message).toBe('people.sh ended with code 3; its last words: b / c / d')
  })

  test('and stopped within a line is told by its code, not by the line', async () => {
    const failure = await failureOf(readShell(`printf '{"id":'; exit 1`))
    expect(failure.message).toBe('people.sh ended with code 1; it said nothing on standard error')
  })

  test('with code 75 is tried again later', async () => {
    const failure = await failureOf(readShell('echo locked >&2; exit 75'))
    expect(failure).toMatchObject({ name: 'RetryLaterError', code: 'exec-exit-code', exitCode: 12 })
  })

  test('by a signal names it', async () => {
    const failure = await failureOf(readShell(`${printing('{"id":1}', END(1))}\nkill -KILL $$`))
    expect(failure).toMatchObject({ code: 'exec-signal', exitCode: 12 })
    expect(failure.message).toBe('people.sh was ended by SIGKILL (9); it said nothing on standard error')
    expect(failure.hint).toContain('memory')
  })
})
