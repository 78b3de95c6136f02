/** What is written about the built-in connectors is what they are. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../connectors/registry.ts'
import { runProgram } from '../support/run-program.ts'
import { readText, ROOT } from './pages.ts'

const NAMES = Object.keys(BUILT_IN)
const SECTIONS = ['## Options', '## When a read is complete', '## What it refuses', '## Files here']

describe('connectors/', () => {
  it('has pages that tell the options as they are', async () => {
    const { code, stdout } = await runProgram(process.execPath, [
      join(ROOT, 'scripts/write-connector-docs.mjs'),
      '--check',
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })
})

describe.each(NAMES)('connectors/%s', (name) => {
  it.each(SECTIONS)('has a page with a section "%s"', (heading) => {
    expect(readText(`connectors/${name}/readme.md`)).toContain(`\n${heading}\n`)
  })

  it('has a row in the table of what each connector proves', () => {
    expect(readText('docs/connectors.md')).toContain(`| [\`${name}\`](../connectors/${name}/readme.md) |`)
  })
})
