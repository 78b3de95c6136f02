/** `vanta-sync test` as an author meets it. */
import { describe, expect, it } from 'vitest'
import type { CheckResult } from '../../testing/test-connector.ts'
import { type Office, standardConfig, withOffice } from '../support/cli.ts'

const PATIENT = 120_000

interface TestDocument {
  readonly command: string
  readonly exitCode: number
  readonly connectors: readonly { readonly name: string; readonly checks: readonly CheckResult[] }[]
  readonly mappings: readonly unknown[]
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string }
}

/** Reads lines up to one that says "end". `unended` is what it does when that is missing. */
const notes = (unended: string): string => `
import { readFile } from 'node:fs/promises'
import { defineConnector } from 'vanta-sync'
export default defineConnector({
  apiVersion: 1,
  name: 'notes',
  options: {
    type: 'object',
    properties: { path: { type: 'string', format: 'path', description: 'The notes.' } },
    required: ['path'],
  },
  async *read({ options, clock, signal }) {
    const asOf = new Date(clock.now())
    const lines = (await readFile(options.path, 'utf8')).trim().split('\\n')
    let rows = 0
    for (const id of lines) {
      signal.throwIfAborted()
      if (id === 'end') return { complete: true, rows, asOf, evidence: 'end seen' }
      yield { at: 'notes:' + ++rows, fields: { id, name: 'Note ' + rows } }
    }
    ${unended}
  },
})
`
const GOOD = notes("return { complete: false, rows, asOf, evidence: 'no end' }")
const BAD = notes("return { complete: true, rows, asOf, evidence: 'read to the end of the file' }")

const fixture = (module: string): string => `
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { defineFixture } from 'vanta-sync/testing'
import connector from '${module}'
export default defineFixture({
  connector,
  async start() {
    const folder = await mkdtemp(tmpdir() + '/vanta-sync-notes-')
    const path = folder + '/notes.txt'
    const lines = Array.from({ length: 250 }, (_, index) => 'N-' + index)
    await writeFile(path, [...lines, 'end'].join('\\n'))
    return {
      options: { path },
      rows: lines.length,
      cut: () => writeFile(path, lines.slice(0, 100).join('\\n')),
      stop: () => rm(folder, { recursive: true }),
    }
  },
})
`

function configWith(connector: string): (sandbox: { url: string }) => string {
  return ({ url }) => standardConfig(url).replace('resources:', `  notes:\n${connector}\nresources:`)
}

function failures({ connectors }: TestDocument): readonly CheckResult[] {
  return connectors.flatMap(({ checks }) => checks.filter(({ ok }) => !ok))
}

async function testDocument(office: Office, ...args: string[]): Promise<TestDocument> {
  return office.json<TestDocument>('test', ...args)
}

describe.concurrent('vanta-sync test', () => {
  it(
    'tests a module by its path, without a configuration, a line for each check and a sentence at the end',
    async () => {
      await withOffice({}, async (office) => {
        await office.write('elsewhere/notes.ts', GOOD)
        await office.write('elsewhere/notes.fixture.ts', fixture('./notes.ts'))
        const { code, stdout } = await office.cli('-c', 'none.yaml', 'test', 'elsewhere/notes.ts')
        expect(code).toBe(0)
        expect(stdout).toMatch(/^elsewhere\/notes\.ts, with its fixture .*notes\.fixture\.ts\n/)
        expect(stdout).toMatch(/^ {2}✓ a whole read proves that it is whole \d+ ms$/m)
        expect(stdout).toMatch(/\nAll \d\d checks hold: elsewhere\/notes\.ts\.\n$/)
      })
    },
    PATIENT,
  )

  it(
    'tests a module that `new connector` wrote by its name alone, with a configuration that does not name it or none',
    async () => {
      await withOffice({}, async (office) => {
        expect((await office.cli('new', 'connector', 'assets')).code).toBe(0)
        for (const flags of [[], ['-c', 'none.yaml']]) {
          const { code, stdout } = await office.cli(...flags, 'test', 'assets')
          expect(stdout).toMatch(/\nAll \d\d checks hold: \.\/connectors\/assets\.ts\.\n$/)
          expect(code).toBe(0)
        }
      })
    },
    PATIENT,
  )

  it(
    'says which check a broken module fails, and why, and exits 1',
    async () => {
      await withOffice({}, async (office) => {
        await office.write('notes/index.ts', BAD)
        await office.write('notes/fixture.ts', fixture('./index.ts'))
        const { code, stdout } = await office.cli('--quiet', 'test', './notes/index.ts')
        expect(code).toBe(1)
        const [mark, why, end, ...rest] = stdout.split('\n')
        expect(mark).toMatch(/^ {2}✗ a read whose source is cut in the middle is never complete/)
        expect(why).toMatch(/^ {4}after the source was cut, the read calls itself complete with 100 rows/)
        expect(end).toMatch(/^1 of \d\d checks says no: \.\/notes\/index\.ts\.$/)
        expect(rest).toEqual([''])
      })
    },
    PATIENT,
  )

  it(
    'tests every configured connector that has a fixture, modules and packages, each module once',
    async () => {
      const twice = `    use: ./connectors/notes.ts
    with: { path: ./people.csv }
  notes-too:
    use: ./connectors/notes.ts
    with: { path: ./people.csv }
  packed:
    use: "@acme/notes"
    with: { path: ./people.csv }`
      await withOffice({ config: configWith(twice) }, async (office) => {
        await office.write('connectors/notes.ts', GOOD)
        await office.write('connectors/notes.fixture.ts', fixture('./notes.ts'))
        const packed = '{"name":"@acme/notes","version":"1.0.0","type":"module","exports":"./index.js"}'
        await office.write('node_modules/@acme/notes/package.json', packed)
        await office.write('node_modules/@acme/notes/index.js', GOOD)
        await office.write('node_modules/@acme/notes/fixture.js', fixture('./index.js'))
        const document = await testDocument(office)
        expect(failures(document)).toEqual([])
        expect(document).toMatchObject({ command: 'test', exitCode: 0, mappings: [] })
        expect(document.connectors.map(({ name }) => name)).toEqual(['notes', 'packed'])
      })
    },
    PATIENT,
  )

  it(
    'tests a connector without a fixture live, with its own options, and changes nothing in Vanta',
    async () => {
      await withOffice({}, async (office) => {
        const document = await testDocument(office, 'people-x-export')
        expect(failures(document)).toEqual([])
        expect(document).toMatchObject({ exitCode: 0, connectors: [{ name: 'people-x-export' }] })
        const names = document.connectors[0]?.checks.map(({ name }) => name)
        expect(names).toContain('the options connect')
        expect(names).not.toContain('a read whose source is cut in the middle is never complete')
        expect(office.requests()).toEqual([])
      })
    },
    PATIENT,
  )

  it(
    'finds what is wrong with a living source',
    async () => {
      await withOffice({}, async (office) => {
        await office.write('people.csv', 'uniqueId,email\nE-1,ada@example.com\nE-2\n')
        const document = await testDocument(office, 'people-x-export')
        expect(document.exitCode).toBe(1)
        const [failure, ...others] = failures(document)
        expect(failure?.name).toBe('a whole read proves that it is whole')
        expect(failure?.message).toContain('calls itself incomplete: people.csv:3 has 1 cell')
        expect(others).toEqual([])
      })
    },
    PATIENT,
  )

  it('exits 1 when there is nothing to test, and says how to test', async () => {
    await withOffice({}, async (office) => {
      const { code, stdout } = await office.cli('test')
      expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('nothing to test') as string })
    })
  })

  it.each<[string, string, [number, string], RegExp]>([
    ['a name that no connector has', 'people-x-exprt', [64, 'unknown-connector'], /Did you mean "people-x-export"/],
    ['a module that is not there', './nots.ts', [78, 'connector-missing'], /Did you mean notes\.ts/],
    ['a module without its ending', './notes', [78, 'connector-missing'], /Did you mean notes\.ts/],
    ['a module without a fixture', './notes.ts', [78, 'fixture-missing'], /notes\.fixture\.ts: export default/],
    ['a fixture that is none', './empty.ts', [78, 'fixture-export'], /export default defineFixture/],
    ['a fixture of something else', './alien.ts', [78, 'fixture-connector'], /Import the default export/],
    ['a fixture that throws', './broken.ts', [78, 'connector-import'], /must mend it/],
    ['a module that is no connector', './people.mjs', [78, 'connector-export'], /defineConnector/],
  ])('refuses %s', async (_, name, expected, hint) => {
    await withOffice({}, async (office) => {
      await office.write('notes.ts', GOOD)
      await office.write('empty.ts', GOOD)
      await office.write('empty.fixture.ts', 'export default {}\n')
      await office.write('alien.ts', GOOD)
      await office.write('alien.fixture.ts', 'export default { connector: {}, start() {} }\n')
      await office.write('broken.ts', GOOD)
      await office.write('broken.fixture.ts', "throw new Error('the moon is full')\n")
      await office.write('people.mjs', 'export default {}\n')
      const { exitCode, error } = await testDocument(office, name)
      expect([exitCode, error?.code]).toEqual(expected)
      expect(error?.hint).toMatch(hint)
    })
  })

  it('says a missing variable of a living connector before any check', async () => {
    const sql = `    use: exec
    with: { command: [./people.sh], secretEnv: { TOKEN: { env: NO_SUCH_TOKEN } } }`
    await withOffice({ config: configWith(sql) }, async (office) => {
      const { exitCode, connectors, error } = await testDocument(office, 'notes')
      expect({ exitCode, connectors }).toEqual({ exitCode: 78, connectors: undefined })
      expect(error?.message).toContain('NO_SUCH_TOKEN')
    })
  })

  it(
    'stops at once when it is interrupted',
    async () => {
      await withOffice({}, async (office) => {
        await office.write(
          'notes.ts',
          GOOD.replace('let rows = 0', 'let rows = 0\n    await clock.sleep(30_000, signal)'),
        )
        await office.write('notes.fixture.ts', fixture('./notes.ts'))
        const running = office.start('test', './notes.ts')
        setTimeout(() => running.kill('SIGINT'), 3000)
        const { code, stderr } = await running.result
        expect(stderr).toContain('Stopped by SIGINT')
        expect(code).toBe(130)
      })
    },
    PATIENT,
  )
})
