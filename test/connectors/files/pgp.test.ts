import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { Secret } from '../../../core/secret.ts'
import { type ReadAll, type ReadHow, readAll } from '../../support/read-all.ts'
import { runProgram } from '../../support/run-program.ts'
import { describeWithService, programs } from '../../support/service.ts'
import { failureOf, tempFolder } from '../csv/fixture.ts'

const ROWS = Array.from({ length: 500 }, (_, i) => `E-${i},Person ${i}`)
const CSV = `${['id,name', ...ROWS].join('\n')}\n`
const PASSPHRASE = 'correct horse battery staple'

interface Pair {
  readonly privateKey: string
  readonly publicKey: string
}

let own: Pair
let sender: Pair

function generate(name: string, passphrase?: string): Promise<Pair> {
  return openpgp.generateKey({
    userIDs: [{ name, email: `${name}@example.com` }],
    // The kind that older programs know too.
    type: 'ecc',
    format: 'armored',
    ...(passphrase === undefined ? {} : { passphrase }),
  })
}

beforeAll(async () => {
  own = await generate('reader', PASSPHRASE)
  sender = await generate('sender')
})

interface Wish {
  readonly sign?: boolean
  readonly to?: Pair
  readonly content?: Uint8Array
}

async function encrypt({ sign = false, to = own, content = Buffer.from(CSV) }: Wish = {}): Promise<Buffer> {
  const signingKeys = sign ? { signingKeys: await openpgp.readPrivateKey({ armoredKey: sender.privateKey }) } : {}
  const message = await openpgp.createMessage({ binary: new Uint8Array(content) })
  const encryptionKeys = await openpgp.readKey({ armoredKey: to.publicKey })
  return Buffer.from(await openpgp.encrypt({ message, encryptionKeys, format: 'binary', ...signingKeys }))
}

function armor(message: Buffer): string {
  return openpgp.armor(openpgp.enums.armor.message, new Uint8Array(message))
}

async function readStored(
  name: string,
  content: string | Uint8Array,
  change: { pgp?: Record<string, unknown> | undefined; how?: ReadHow } = {},
): Promise<ReadAll> {
  const folder = await tempFolder()
  await writeFile(join(folder, name), content)
  await writeFile(join(folder, 'sender.asc'), sender.publicKey)
  await writeFile(join(folder, 'reader.asc'), own.publicKey)
  const keys = { privateKey: new Secret(own.privateKey), passphrase: new Secret(PASSPHRASE), ...change.pgp }
  const pgp = 'pgp' in change && change.pgp === undefined ? {} : { pgp: keys }
  return readAll(csvConnector, { path: name, ...pgp }, { baseDir: folder, ...change.how })
}

function expectWhole(read: ReadAll, stored: Uint8Array): void {
  expect(read.proof).toMatchObject({ complete: true, rows: ROWS.length, files: [{ size: stored.length }] })
  expect(read.proof?.evidence).toContain('its pgp is whole')
  expect(read.rows.at(-1)?.fields).toEqual({ id: 'E-499', name: 'Person 499' })
}

describe('a PGP message', () => {
  test('is decrypted, binary or in armour, and nothing of it stays on the disk', async () => {
    const scratch = join(await tempFolder(), 'scratch')
    const message = await encrypt()
    expectWhole(await readStored('people.csv.pgp', message, { how: { scratch } }), message)
    expectWhole(await readStored('people.csv', message, { how: { scratch } }), message)
    const text = armor(message)
    expectWhole(await readStored('people.csv.asc', text, { how: { scratch } }), Buffer.from(text))
    expect(existsSync(scratch)).toBe(false)
  })

  test('may hold an archive, which is unpacked in turn', async () => {
    const message = await encrypt({ content: gzipSync(CSV) })
    const read = await readStored('people.csv.gz.pgp', message)
    expectWhole(read, message)
    expect(read.proof?.evidence).toContain('its pgp is whole, its gzip is whole')
    const cut = await encrypt({ content: gzipSync(CSV).subarray(0, -9) })
    expect(await failureOf(readStored('people.csv.gz.pgp', cut))).toMatchObject({ code: 'archive-cut' })
  })

  test('that is cut or changed anywhere yields no row', async () => {
    const folder = await tempFolder()
    const message = await encrypt()
    const options = {
      path: 'people.csv.pgp',
      pgp: { privateKey: new Secret(own.privateKey), passphrase: new Secret(PASSPHRASE) },
    }
    async function expectRefused(bytes: Uint8Array): Promise<void> {
      await writeFile(join(folder, 'people.csv.pgp'), bytes)
      let rows = 0
      const onBatch = (batch: readonly unknown[]): void => void (rows += batch.length)
      const error = await failureOf(readAll(csvConnector, options, { baseDir: folder, onBatch }))
      expect(error).toMatchObject({ name: 'OperatorError', exitCode: 12 })
      expect(rows).toBe(0)
    }
    const places = fc.integer({ min: 0, max: message.length - 1 })
    await fc.assert(
      fc.asyncProperty(places, (length) => expectRefused(message.subarray(0, length))),
      {
        numRuns: 25,
        examples: [[0], [1], [message.length - 1], [message.length - 20], [message.length - 22]],
      },
    )
    // The first bytes name the recipient and its key, whose form the library does not check in every bit.
    const inside = fc.integer({ min: 120, max: message.length - 1 })
    await fc.assert(
      fc.asyncProperty(inside, async (at) => {
        const changed = Buffer.from(message)
        changed[at] = (changed[at] ?? 0) ^ 1
        await expectRefused(changed)
      }),
      { numRuns: 25 },
    )
  })

  test('that was changed says that its integrity is not proved', async () => {
    const message = await encrypt()
    message[message.length - 200] = (message[message.length - 200] ?? 0) ^ 1
    const error = await failureOf(readStored('people.csv.pgp', message))
    expect(error).toMatchObject({ code: 'pgp-damaged', exitCode: 12 })
    expect(error.message).toContain('people.csv.pgp is cut off or was changed: its integrity is not proved')
  })

  test('for somebody else, and one that nobody encrypted, are told apart', async () => {
    const foreign = await failureOf(readStored('people.csv.pgp', await encrypt({ to: sender })))
    expect(foreign).toMatchObject({ code: 'pgp-key', name: 'OperatorError' })
    expect(foreign.message).toMatch(/is not encrypted for the key in `pgp\.privateKey` \([0-9A-F]{16}\)/)
    const plain = await openpgp.createMessage({ binary: new Uint8Array(Buffer.from(CSV)) })
    const signed = await openpgp.sign({
      message: plain,
      signingKeys: await openpgp.readPrivateKey({ armoredKey: sender.privateKey }),
    })
    expect(await failureOf(readStored('people.csv.asc', signed))).toMatchObject({ code: 'pgp-plain' })
    expect(await failureOf(readStored('people.csv', CSV))).toMatchObject({
      code: 'pgp-plain',
      message: 'people.csv should be a PGP message, and is not',
    })
  })

  test('without a key is named, and so is a key that cannot be used', async () => {
    const message = await encrypt()
    expect(await failureOf(readStored('people.csv.pgp', message, { pgp: undefined }))).toMatchObject({
      code: 'pgp-key',
      exitCode: 78,
    })
    for (const [pgp, code] of [
      [{ passphrase: new Secret('wrong') }, 'pgp-passphrase'],
      [{ privateKey: new Secret('no key at all') }, 'pgp-key'],
      [{ privateKey: new Secret(own.publicKey) }, 'pgp-key'],
      [{ signedBy: 'nowhere.asc' }, 'pgp-signer'],
      [{ signedBy: 'people.csv.pgp' }, 'pgp-signer'],
    ] as const) {
      const error = await failureOf(readStored('people.csv.pgp', message, { pgp }))
      expect(error).toMatchObject({ code, exitCode: 78 })
      expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toMatch(/wrong|no key at all/)
    }
  })

  test('must be signed when signedBy says so, by that key and no other', async () => {
    const signedBy = { pgp: { signedBy: 'sender.asc' } }
    const message = await encrypt({ sign: true })
    expectWhole(await readStored('people.csv.pgp', message, signedBy), message)
    const unsigned = await failureOf(readStored('people.csv.pgp', await encrypt(), signedBy))
    expect(unsigned).toMatchObject({ code: 'pgp-signature', message: 'people.csv.pgp is not signed' })
    const other = await failureOf(readStored('people.csv.pgp', message, { pgp: { signedBy: 'reader.asc' } }))
    expect(other).toMatchObject({ code: 'pgp-signature', exitCode: 12 })
    expect(other.message).toContain('has no valid signature of a key in `pgp.signedBy`')
  })

  test('may be encrypted with a passphrase alone', async () => {
    const message = await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: new Uint8Array(Buffer.from(CSV)) }),
      passwords: PASSPHRASE,
      format: 'binary',
    })
    const folder = await tempFolder()
    await writeFile(join(folder, 'people.csv.gpg'), message)
    const read = (passphrase: string): Promise<ReadAll> =>
      readAll(
        csvConnector,
        { path: 'people.csv.gpg', pgp: { passphrase: new Secret(passphrase) } },
        { baseDir: folder },
      )
    expectWhole(await read(PASSPHRASE), message)
    expect(await failureOf(read('wrong'))).toMatchObject({ exitCode: 12 })
  })

  test('that is larger than allowed when it is decrypted is stopped', async () => {
    const folder = await tempFolder()
    const message = await encrypt({ content: Buffer.alloc(3 * 1024 ** 2, 'x\n') })
    await writeFile(join(folder, 'people.csv.pgp'), message)
    const pgp = { privateKey: new Secret(own.privateKey), passphrase: new Secret(PASSPHRASE) }
    const options = { path: 'people.csv.pgp', pgp, maxUnpacked: '2MiB' }
    expect(await failureOf(readAll(csvConnector, options, { baseDir: folder }))).toMatchObject({
      code: 'content-too-large',
    })
  })
})

describeWithService('a message of GnuPG', programs('gpg'), () => {
  test('is decrypted, and its signature verified', async () => {
    const folder = await tempFolder()
    const home = join(folder, 'gnupg')
    await mkdir(home, { mode: 0o700 })
    await writeFile(join(folder, 'people.csv'), CSV)
    await writeFile(join(folder, 'reader.asc'), own.publicKey)
    await writeFile(join(folder, 'secret.asc'), sender.privateKey)
    await writeFile(join(folder, 'sender.asc'), sender.publicKey)
    const gpg = async (...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await runProgram('gpg', ['--homedir', home, '--batch', '--yes', ...args], {
        cwd: folder,
      })
      if (code !== 0) throw new Error(stderr)
    }
    try {
      await gpg('--import', 'reader.asc', 'secret.asc')
      await gpg('--trust-model', 'always', '-r', 'reader@example.com', '-u', 'sender@example.com', '-se', 'people.csv')
    } finally {
      await runProgram('gpgconf', ['--homedir', home, '--kill', 'all'])
    }
    const pgp = {
      privateKey: new Secret(own.privateKey),
      passphrase: new Secret(PASSPHRASE),
      signedBy: 'sender.asc',
    }
    const { proof } = await readAll(csvConnector, { path: 'people.csv.gpg', pgp }, { baseDir: folder })
    expect(proof).toMatchObject({ complete: true, rows: ROWS.length })
  })
})
