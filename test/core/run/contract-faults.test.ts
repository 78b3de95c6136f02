/** What the author of a module reads when it breaks the contract. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadConnector } from '../../../connectors/load.ts'
import type { RunDocument } from '../../../core/run/document.ts'
import { PEOPLE_MAP, sourceOf, typeOf, useWorkshops } from '../../support/workshop.ts'

const workshop = useWorkshops()

const ROW =
  "{ at: 'row 1', fields: { id: 'E-1', name: 'Ada', email: 'a@example.com', role: 'User', status: 'ACTIVE' } }"

async function runModule(read: string): Promise<RunDocument & { held: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-contract-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const module = `import { defineConnector } from 'vanta-sync'
export default defineConnector({
  apiVersion: 1,
  name: 'assets',
  options: { type: 'object', properties: {} },
  ${read},
})
`
  await writeFile(join(folder, 'assets.mjs'), module)
  const connector = await loadConnector('./assets.mjs', folder)
  const { table, ...opened } = await workshop()
  const source = { ...sourceOf(table, typeOf('user_account'), PEOPLE_MAP), connector }
  opened.setResource({ sources: [source] })
  return Object.assign(await opened.run(), { held: opened.held() })
}

const proof = (change: string): string =>
  `async *read() { yield ${ROW}; return { complete: true, rows: 1, asOf: new Date(), evidence: 'all', ${change} } }`

it('pushes what is read and proven', async () => {
  const { exitCode, held } = await runModule(proof(''))
  expect({ exitCode, held }).toEqual({ exitCode: 0, held: ['E-1'] })
})

it.each<[string, string, string, [RegExp, RegExp]]>([
  [
    'returns no proof',
    `async *read() { yield ${ROW} }`,
    'source-incomplete',
    [
      /^people is incomplete: it ended without a statement that it saw everything$/,
      /ends its read with `return \{ complete: true, rows, asOf, evidence \}`/,
    ],
  ],
  [
    'returns null',
    `async *read() { yield ${ROW}; return null }`,
    'source-incomplete',
    [/without a statement/, /return \{ complete/],
  ],
  [
    'says complete in other words',
    proof("complete: 'yes'"),
    'source-incomplete',
    [/incomplete: all/, /Nothing was pushed/],
  ],
  ['counts wrongly', proof('rows: 2'), 'source-incomplete', [/it says 2 rows, and 1 arrived/, /Nothing was pushed/]],
  ['does not count', proof('rows: undefined'), 'source-incomplete', [/it says undefined rows/, /Nothing was pushed/]],
  [
    'gives a time as text',
    proof("asOf: '2026-11-23'"),
    'source-incomplete',
    [/of what time its data speaks/, /`asOf` is a Date/],
  ],
  [
    'does not say how it knows',
    proof('evidence: undefined'),
    'source-incomplete',
    [/how it knows/, /`evidence` says it/],
  ],
  [
    'is no generator',
    `async read() { return [${ROW}] }`,
    'source-contract',
    [/read gives an object instead of rows/, /async \*read/],
  ],
  ['gives nothing', 'read() {}', 'source-contract', [/read gives nothing instead of rows/, /async \*read/]],
  [
    'yields no row',
    "async *read() { yield { id: 'E-1' } }",
    'source-contract',
    [/something that is no row/, /\{ at, fields \}/],
  ],
  [
    'yields nothing',
    'async *read() { yield [null] }',
    'source-contract',
    [/something that is no row/, /\{ at, fields \}/],
  ],
  [
    'throws',
    "async *read() { throw new Error('the moon is full') }",
    'source-failed',
    [
      /^people could not be read: the moon is full$/,
      /assets\.mjs:6:\d+; a connector says who must act with ConfigError/,
    ],
  ],
  [
    'stumbles',
    'async *read() { yield undefined.rows }',
    'source-failed',
    [/Cannot read properties of undefined/, /thrown at \/.*assets\.mjs:6:\d+/],
  ],
])('a module that %s pushes nothing, and its author reads what to do', async (_, read, code, [message, hint]) => {
  const { exitCode, held, resources } = await runModule(read)
  expect({ exitCode, held }).toEqual({ exitCode: 12, held: [] })
  expect(resources[0]?.error).toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  })
})
