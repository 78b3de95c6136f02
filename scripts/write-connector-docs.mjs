// Writes the options of every built-in connector into its page; with --check it only says which pages are stale, and
// ends with 1. Needs a build (`npm run build`).
import { readFile, writeFile } from 'node:fs/promises'
import { argv, exit } from 'node:process'
import { BUILT_IN } from '../dist/connectors/registry.js'
import { withOptions } from './connector-docs.mjs'

const onlyCheck = argv.includes('--check')
const stale = []

for (const [name, load] of Object.entries(BUILT_IN)) {
  const { options } = await load()
  const path = `connectors/${name}/readme.md`
  const url = new URL(`../${path}`, import.meta.url)
  const page = await readFile(url, 'utf8')
  const renewed = withOptions(page, options)
  if (renewed === page) continue
  stale.push(path)
  if (!onlyCheck) await writeFile(url, renewed)
}

for (const path of stale) console.log(onlyCheck ? `${path} is stale: npm run docs` : `${path} is written.`)
exit(onlyCheck && stale.length > 0 ? 1 : 0)
