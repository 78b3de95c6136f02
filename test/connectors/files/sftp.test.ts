import { appendFile, chmod, mkdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { Secret } from '../../../core/secret.ts'
import { type CutProxy, startCutProxy } from '../../support/cut-proxy.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { describeWithService } from '../../support/service.ts'
import { type Sshd, sshdProbe, startSshd } from '../../support/sshd.ts'
import { failureOf } from '../csv/fixture.ts'

const NOW = Date.UTC(2026, 10, 23, 9, 30)

/** Does something at the first batch, and nothing at later ones. */
function atFirst(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

describeWithService('files of an SFTP server', sshdProbe, () => {
  let server: Sshd
  let folders = 0

  beforeAll(async () => {
    server = await startSshd()
  })
  afterAll(() => server.stop())

  /** A folder of the server with these files, by its name. */
  async function put(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const name = `case-${++folders}`
    await mkdir(join(server.folder, name))
    for (const [file, content] of Object.entries(files)) await writeFile(join(server.folder, name, file), content)
    return name
  }

  function login(change: Record<string, unknown> = {}): Record<string, unknown> {
    return { privateKey: new Secret(server.keys.plain), hostKey: server.fingerprints.ed25519, ...change }
  }

  function options(path: string, change: Record<string, unknown> = {}): Record<string, unknown> {
    return { path: server.url(path), sftp: login(), settle: '0s', ...change }
  }

  const read = (path: string, change?: Record<string, unknown>, how?: ReadHow): Promise<ReadAll> =>
    readAll(csvConnector, options(path, change), how)

  function through(proxy: CutProxy, path: string): string {
    return server.url(path).replace(`:${server.port}/`, `:${proxy.port}/`)
  }

  test('are read with a proof of their bytes', async () => {
    const text = `id,name\n${Array.from({ length: 40_000 }, (_, i) => `E-${i},Person ${i}\n`).join('')}`
    const folder = await put({ 'people.csv': text })
    await utimes(join(server.folder, folder, 'people.csv'), NOW / 1000, NOW / 1000)
    const { rows, proof, progress } = await read(`${folder}/people.csv`)
    expect(proof).toMatchObject({ complete: true, rows: 40_000, asOf: new Date(NOW) })
    expect(proof?.evidence).toContain('file unchanged while read to its end')
    expect(proof?.files).toMatchObject([{ name: 'people.csv', size: text.length }])
    expect(rows.at(-1)).toEqual({ at: 'people.csv:40001', fields: { id: 'E-39999', name: 'Person 39999' } })
    expect(progress.at(-1)).toEqual({ done: text.length, total: text.length, unit: 'bytes' })
  })

  test('may be empty, tiny, or exactly as large as the pieces in which they are asked for', async () => {
    const exact = 'id\n'.padEnd(32 * 1024 * 2 - 1, 'x') + '\n'
    const folder = await put({ 'none.csv': '', 'tiny.csv': 'id\n1\n', 'exact.csv': exact })
    expect((await read(`${folder}/none.csv`)).proof).toMatchObject({ complete: true, rows: 0 })
    expect((await read(`${folder}/tiny.csv`)).rows).toHaveLength(1)
    const { rows, proof } = await read(`${folder}/exact.csv`)
    expect(proof?.complete).toBe(true)
    expect(String(rows[0]?.fields['id'])).toHaveLength(exact.length - 4)
  })

  test('are found by patterns, like those of this machine', async () => {
    const folder = await put({
      'a-1.csv': 'id\n1\n',
      'a-2.csv': 'id\n2\n',
      'b.txt': 'x',
      '.a-3.csv': 'id\n3\n',
      'a-4.csv.part': 'x',
    })
    await mkdir(join(server.folder, folder, 'deep', 'er'), { recursive: true })
    await writeFile(join(server.folder, folder, 'deep', 'er', 'a-5.csv'), 'id\n5\n')
    await symlink(join(server.folder, folder), join(server.folder, folder, 'deep', 'up'))
    await utimes(join(server.folder, folder, 'a-2.csv'), 1, 1)
    const ids = async (path: string, change: Record<string, unknown>): Promise<unknown[]> =>
      (await read(`${folder}/${path}`, change)).rows.map((row) => row.fields['id'])
    expect(await ids('a-*.csv', { pick: 'all' })).toEqual(['1', '2'])
    expect(await ids('a-*.csv', { pick: 'newest' })).toEqual(['1'])
    expect(await ids('**/a-*.csv', { pick: 'all' })).toEqual(['1', '2', '5'])
    expect(await ids('a-[3-9]*', { pick: 'all' }).catch(String)).toContain('no file matches')
    expect(await failureOf(read(`${folder}/a-*.csv`))).toMatchObject({ code: 'several-files' })
    expect(await failureOf(read('nowhere/*.csv'))).toMatchObject({ code: 'no-file', exitCode: 12 })
  })

  test('are checked by control files beside them, and unpacked', async () => {
    const folder = await put({ 'people.csv.gz': gzipSync('id\n1\n2\n'), 'people.csv.gz.ctl': 'rows: 2\n' })
    const control = { file: '{path}.ctl', holds: 'count' }
    expect((await read(`${folder}/people.csv.gz`, { control })).proof).toMatchObject({ complete: true, rows: 2 })
    await writeFile(join(server.folder, folder, 'people.csv.gz.ctl'), '3')
    expect((await read(`${folder}/people.csv.gz`, { control })).proof).toMatchObject({ complete: false })
    await writeFile(join(server.folder, folder, 'people.csv.gz'), gzipSync('id\n1\n2\n').subarray(0, -3))
    expect(await failureOf(read(`${folder}/people.csv.gz`))).toMatchObject({ code: 'archive-cut' })
  })

  test('rest when two looks, a minute apart, see the same', async () => {
    const folder = await put({ 'people.csv': 'id\n1\n' })
    const file = join(server.folder, folder, 'people.csv')
    const clock = createFakeClock(NOW)
    const reading = read(`${folder}/people.csv`, { settle: undefined }, { clock })
    await expect.poll(() => clock.slept).toEqual([60_000])
    await appendFile(file, '2\n')
    await clock.advance(60_000)
    await expect.poll(() => clock.slept).toEqual([60_000, 60_000])
    await clock.advance(60_000)
    expect((await reading).proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('that grow or shrink while they are read are incomplete', async () => {
    const long = `id,note\n${Array.from({ length: 300_000 }, (_, i) => `${i},note\n`).join('')}`
    const folder = await put({ 'grows.csv': long, 'shrinks.csv': long, 'tiny.csv': 'id,note\n1,a\n' })
    const at = (name: string): string => join(server.folder, folder, name)
    const grown = await read(
      `${folder}/grows.csv`,
      {},
      { onBatch: atFirst(() => appendFile(at('grows.csv'), '9,note\n')) },
    )
    expect(grown.proof?.complete).toBe(false)
    expect(grown.proof?.evidence).toContain('grows.csv changed while it was read: it went from')
    const shrunk = await read(
      `${folder}/shrinks.csv`,
      {},
      { onBatch: atFirst(() => truncate(at('shrinks.csv'), 100_000)) },
    )
    expect(shrunk.proof?.complete).toBe(false)
    expect(shrunk.proof?.evidence).toContain('shrinks.csv changed while it was read')
    const touched = await read(`${folder}/tiny.csv`, {}, { onBatch: atFirst(() => utimes(at('tiny.csv'), 1, 1)) })
    expect(touched.proof?.evidence).toContain('it was written to')
  })

  test('that do not exist, are folders, or may not be read are named', async () => {
    const folder = await put({ 'people.csv': 'id\n1\n' })
    const missing = await failureOf(read(`${folder}/nobody.csv`))
    expect(missing).toMatchObject({ code: 'file-missing', name: 'OperatorError', exitCode: 12 })
    expect(missing.message).toBe(`sftp://127.0.0.1:${server.port}${server.folder}/${folder}/nobody.csv does not exist`)
    expect(await failureOf(read(folder))).toMatchObject({ code: 'file-is-folder' })
    await symlink('nowhere', join(server.folder, folder, 'gone.csv'))
    expect(await failureOf(read(`${folder}/*.csv`, { pick: 'all' }))).toMatchObject({ code: 'file-missing' })
  })

  // The superuser may read everything, so the system refuses nothing to it.
  test.skipIf(process.getuid?.() === 0)('in a folder that may not be listed are a failure and not absent', async () => {
    const folder = await put({ 'people.csv': 'id\n1\n' })
    await chmod(join(server.folder, folder), 0)
    const error = await failureOf(read(`${folder}/*.csv`))
    await chmod(join(server.folder, folder), 0o700)
    expect(error).toMatchObject({ code: 'file-forbidden', exitCode: 12 })
  })

  test('are looked at by check', async () => {
    const folder = await put({ 'people.csv': 'id,name\n1,a\n' })
    expect(await runCheck(csvConnector, options(`${folder}/*.csv`))).toMatch(
      /^people\.csv has 2 columns, 12 bytes, and is of /,
    )
  })

  test('may lie below the home folder, and their path may be encoded', async () => {
    const folder = await put({ 'pe ople.csv': 'id\n1\n' })
    const url = `sftp://${server.user}@127.0.0.1:${server.port}`
    expect((await read(`${folder}/pe%20ople.csv`)).rows).toHaveLength(1)
    expect((await read(`${folder}/pe ople.csv`)).rows).toHaveLength(1)
    const homely = await failureOf(readAll(csvConnector, { ...options(''), path: `${url}/~/no-such-folder/x.csv` }))
    expect(homely).toMatchObject({ code: 'file-missing' })
    expect(homely.message).toMatch(/sftp:\/\/127\.0\.0\.1:\d+\/(.+\/)?no-such-folder\/x\.csv does not exist/)
  })

  test('are not read from a server whose key nobody has named', async () => {
    const error = await failureOf(read('x.csv', { sftp: login({ hostKey: undefined }) }))
    expect(error).toMatchObject({ code: 'sftp-host-key', name: 'ConfigError', exitCode: 78 })
    expect(error.message).toBe(
      `\`sftp.hostKey\` is not set, and 127.0.0.1:${server.port} shows the key ssh-ed25519 ${server.fingerprints.ed25519}`,
    )
    expect(error.hint).toContain('ssh-keygen -lf')
  })

  test('are not read from a server that shows another key', async () => {
    const pinned = 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'
    const error = await failureOf(read('x.csv', { sftp: login({ hostKey: pinned }) }))
    expect(error).toMatchObject({ code: 'sftp-host-key', name: 'OperatorError', exitCode: 12 })
    expect(error.message).toContain(server.fingerprints.ed25519)
    expect(error.message).toContain(pinned)
  })

  test('are read from a server that is known by any of several keys, or by a line of known_hosts', async () => {
    const folder = await put({ 'people.csv': 'id\n1\n' })
    const other = 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'
    const { ed25519 } = server.fingerprints
    for (const hostKey of [`${other}, ${ed25519}`, `${other}\n${ed25519}`, server.rsaLine, `${ed25519}=`]) {
      expect((await read(`${folder}/people.csv`, { sftp: login({ hostKey }) })).rows).toHaveLength(1)
    }
    for (const hostKey of ['yes', 'ssh-rsa AAAAB3NzaC1', '@revoked x', Array(16).fill('ab').join(':')]) {
      const error = await failureOf(read(`${folder}/people.csv`, { sftp: login({ hostKey }) }))
      expect(error).toMatchObject({ code: 'sftp-host-key', exitCode: 78 })
    }
  })

  test('need a key that the server knows, and says which methods it accepts', async () => {
    const error = await failureOf(read('x.csv', { sftp: login({ privateKey: new Secret(server.keys.foreign) }) }))
    expect(error).toMatchObject({ code: 'sftp-login', name: 'OperatorError', exitCode: 12 })
    expect(error.message).toBe(
      `127.0.0.1:${server.port} does not let the user ${server.user} in: it accepts publickey; tried: publickey`,
    )
    const password = { hostKey: server.fingerprints.ed25519, password: new Secret('hunter2') }
    const wrong = await failureOf(read('x.csv', { sftp: password }))
    expect(wrong.message).toContain('it accepts publickey; nothing of that is configured')
    expect(JSON.stringify([wrong, wrong.message, wrong.hint])).not.toContain('hunter2')
  })

  test('may be read with a key under a passphrase', async () => {
    const folder = await put({ 'people.csv': 'id\n1\n' })
    const privateKey = new Secret(server.keys.locked)
    const good = login({ privateKey, passphrase: new Secret(server.passphrase) })
    expect((await read(`${folder}/people.csv`, { sftp: good })).rows).toHaveLength(1)
    for (const [change, code] of [
      [{ privateKey }, 'sftp-passphrase'],
      [{ privateKey, passphrase: new Secret('wrong') }, 'sftp-passphrase'],
      [{ privateKey: new Secret('no key') }, 'sftp-key'],
      [{ privateKey: undefined }, 'sftp-login'],
    ] as const) {
      expect(await failureOf(read('x.csv', { sftp: login(change) }))).toMatchObject({ code, exitCode: 78 })
    }
  })

  test('of a connection that breaks in the middle are a failure', async () => {
    const folder = await put({ 'people.csv': `id\n${'1234567\n'.repeat(400_000)}` })
    const proxy = await startCutProxy({ to: server.port, cutAfterBytes: 1_000_000 })
    try {
      let rows = 0
      const onBatch = (batch: readonly unknown[]): void => void (rows += batch.length)
      const path = through(proxy, `${folder}/people.csv`)
      const error = await failureOf(readAll(csvConnector, { ...options(''), path }, { onBatch }))
      expect(error).toMatchObject({ code: 'connection-lost', name: 'RetryLaterError', exitCode: 12 })
      expect(error.message).toContain(`the connection to 127.0.0.1:${proxy.port} was lost`)
      expect(rows).toBeGreaterThan(0)
    } finally {
      await proxy.close()
    }
  })

  test('of a server that falls silent are given up after the keepalives, or the time for an answer', async () => {
    const folder = await put({ 'people.csv': `id\n${'1234567\n'.repeat(400_000)}` })
    for (const limits of [{ keepalive: '1s' }, { answerTimeout: '1s' }]) {
      const proxy = await startCutProxy({ to: server.port })
      proxy.freezeAfter(1_000_000)
      try {
        const path = through(proxy, `${folder}/people.csv`)
        const error = await failureOf(readAll(csvConnector, { ...options(''), path, sftp: login(limits) }))
        expect(error).toMatchObject({ code: 'timed-out', name: 'RetryLaterError', exitCode: 12 })
      } finally {
        await proxy.close()
      }
    }
  })

  test('are left at once when the run is aborted', async () => {
    const folder = await put({ 'people.csv': `id\n${'1234567\n'.repeat(400_000)}` })
    const proxy = await startCutProxy({ to: server.port })
    proxy.freezeAfter(1_000_000)
    const abort = new AbortController()
    try {
      const path = through(proxy, `${folder}/people.csv`)
      const reading = failureOf(readAll(csvConnector, { ...options(''), path }, { signal: abort.signal }))
      await expect.poll(() => proxy.bytes, { timeout: 10_000 }).toBeGreaterThan(1_000_000)
      const start = Date.now()
      abort.abort(new Error('stop'))
      expect((await reading).message).toBe('stop')
      expect(Date.now() - start).toBeLessThan(1000)
    } finally {
      await proxy.close()
    }
  })

  test('of a server that cannot be reached, or does not speak SSH, are a failure that says so', async () => {
    const refused = await failureOf(readAll(csvConnector, { ...options(''), path: 'sftp://u@127.0.0.1:1/x.csv' }))
    expect(refused).toMatchObject({ code: 'connection-refused', name: 'RetryLaterError' })
    const proxy = await startCutProxy({ to: server.port, cutAfterBytes: 0 })
    try {
      const cut = await failureOf(readAll(csvConnector, { ...options(''), path: through(proxy, 'x.csv') }))
      expect(cut).toMatchObject({ exitCode: 12, name: 'RetryLaterError' })
      proxy.freezeAfter(0)
      const sftp = login({ connectTimeout: '1s' })
      const silent = await failureOf(readAll(csvConnector, { ...options(''), path: through(proxy, 'x.csv'), sftp }))
      expect(silent).toMatchObject({ code: 'timed-out', exitCode: 12 })
    } finally {
      await proxy.close()
    }
  })

  test('of a server that is killed while it serves are a failure', async () => {
    const own = await startSshd()
    try {
      await writeFile(join(own.folder, 'people.csv'), `id\n${'1234567\n'.repeat(400_000)}`)
      const sftp = { privateKey: new Secret(own.keys.plain), hostKey: own.fingerprints.ed25519 }
      const reading = readAll(
        csvConnector,
        { path: own.url('people.csv'), sftp, settle: '0s' },
        { onBatch: () => own.kill() },
      )
      expect(await failureOf(reading)).toMatchObject({ name: 'RetryLaterError', exitCode: 12 })
    } finally {
      await own.stop()
    }
  })
})

test.each([
  ['sftp://host', 'cannot be understood'],
  ['sftp://user:secret@host/x.csv', 'holds a password'],
  ['sftp://host:99999/x.csv', 'has the port 99999'],
])('the location %s is refused', async (path, message) => {
  const error = await failureOf(readAll(csvConnector, { path }))
  expect(error).toMatchObject({ code: 'location', exitCode: 78 })
  expect(error.message).toContain(message)
  expect(error.message).not.toContain('secret')
})

test('a location without a user needs the option', async () => {
  expect(await failureOf(readAll(csvConnector, { path: 'sftp://host/x.csv' }))).toMatchObject({ code: 'sftp-user' })
})
