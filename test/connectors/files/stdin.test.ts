import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { type Input, openStdin } from '../../../connectors/files/places/stdin.ts'
import { csvOf, type OfficeOptions, people, standardConfig, withOffice } from '../../support/cli.ts'
import { readAll, runCheck } from '../../support/read-all.ts'
import { failureOf } from '../csv/fixture.ts'

/** An office whose one source is standard input. */
function piping(options: string): OfficeOptions {
  return { config: ({ url }) => standardConfig(url).replace('{ path: ./people.csv }', `{ path: '-'${options} }`) }
}

const TRAILER = ', trailer: { prefix: TRAILER, column: 2 }'
const EXPORT = csvOf(people(40))
const WHOLE = `${EXPORT}TRAILER,40\n`

describe('standard input', () => {
  test('is pushed when its trailer says that it is whole', async () => {
    await withOffice(piping(TRAILER), async (office) => {
      const { code, stderr } = await office.piped(WHOLE, 'run')
      expect(stderr).not.toContain('Error')
      expect(code).toBe(0)
      expect(office.held()).toHaveLength(40)
      // The same again, packed: the trailer is inside.
      expect((await office.piped(gzipSync(WHOLE), 'run')).code).toBe(0)
    })
  })

  test('is not pushed when the writer died, with a trailer or without', async () => {
    await withOffice(piping(TRAILER), async (office) => {
      const { code, stdout, stderr } = await office.piped(EXPORT, 'run')
      expect(code).toBe(12)
      expect(stdout + stderr).toContain('is incomplete')
      expect(office.held()).toEqual([])
    })
    await withOffice(piping(''), async (office) => {
      // Without one, a pipe that was closed by a dying writer looks like one that is done; so does a gzip's.
      for (const input of [EXPORT, gzipSync(EXPORT)]) {
        const { code, stdout, stderr } = await office.piped(input, 'run')
        expect(code).toBe(12)
        expect(stdout + stderr).toContain('nothing says where the data ends')
      }
      expect(office.held()).toEqual([])
    })
  })

  test('that is empty, or nothing at all, is a failure', async () => {
    await withOffice(piping(TRAILER), async (office) => {
      for (const { code, stdout, stderr } of [await office.piped('', 'run'), await office.cli('run')]) {
        expect(code).toBe(12)
        expect(stdout + stderr).toContain('standard input ended without a single byte')
      }
      expect(office.held()).toEqual([])
    })
  })

  test('is left for the run by the doctor', async () => {
    expect(await runCheck(csvConnector, { path: '-' })).toBe(
      'standard input can be read only once, so it is left for the run',
    )
  })

  test.each([
    [{ settle: '1s' }, '`settle` means nothing for standard input'],
    [{ pick: 'newest' }, '`pick` means nothing for standard input'],
    [{ nameDate: 'yyyyMMdd' }, '`nameDate` means nothing for standard input'],
    [{ control: { file: 'x', holds: 'count' } }, '`control` means nothing for standard input'],
  ])('with %j is refused', async (options, message) => {
    const error = await failureOf(readAll(csvConnector, { path: '-', ...options }))
    expect(error).toMatchObject({ code: 'option-misplaced', exitCode: 78 })
    expect(error.message).toContain(message)
  })

  test('is refused when it is a terminal, and the second time', async () => {
    const { signal } = new AbortController()
    const input = Object.assign(Readable.from([Buffer.from('id\n')]), { isTTY: false }) as unknown as Input
    const terminal = openStdin({ ...input, isTTY: true }, systemClock)
    expect(await failureOf(terminal.open('-', signal))).toMatchObject({ code: 'stdin-terminal', exitCode: 12 })
    const place = openStdin(input, systemClock)
    const file = await place.open('-', signal)
    for await (const piece of file.pieces(signal)) expect(String(piece)).toBe('id\n')
    await file.close()
    expect(await failureOf(place.open('-', signal))).toMatchObject({ code: 'stdin-read', exitCode: 12 })
  })

  test('that falls silent ends with an abort', async () => {
    const silent = Object.assign(new Readable({ read: () => undefined }), { isTTY: false }) as unknown as Input
    const abort = new AbortController()
    const file = await openStdin(silent, systemClock).open('-', abort.signal)
    const next = failureOf(file.pieces(abort.signal).next())
    abort.abort(new Error('stop'))
    expect((await next).message).toBe('stop')
  })
})
