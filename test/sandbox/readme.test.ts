import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { ASSUMED } from '../../sandbox/assumptions.ts'

const TESTS = new URL('.', import.meta.url)
const README = new URL('../../sandbox/readme.md', import.meta.url)

it('the readme names only tests that exist', async () => {
  const readme = await readFile(README, 'utf8')
  const named = [...readme.matchAll(/`([a-z-]+\.test\.ts)`: (.+) \|$/gm)]
  expect(named.length).toBeGreaterThan(40)
  const files = new Map<string, string>()
  for (const name of await readdir(TESTS)) {
    if (name.endsWith('.test.ts')) files.set(name, await readFile(new URL(name, TESTS), 'utf8'))
  }
  const missing = named.filter(([, file = '', title = '']) => !files.get(file)?.includes(`'${title}'`))
  expect(missing.map(([row]) => row)).toEqual([])
})

it('the readme has a test for every fact', async () => {
  const readme = await readFile(README, 'utf8')
  const [, facts = ''] = readme.split('## What it mirrors, and which test shows it')
  const [table = ''] = facts.split('Not mirrored')
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| fact '))
  expect(rows.length).toBeGreaterThan(35)
  expect(rows.filter((row) => !/\| `[a-z-]+\.test\.ts`: .+ \|$/.test(row))).toEqual([])
})

it('the readme lists every switch', async () => {
  const readme = await readFile(README, 'utf8')
  for (const name of Object.keys(ASSUMED)) expect(readme).toContain(`| \`${name}\` |`)
})
