import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mappingTestSchema } from '../../cli/mapping-tests/schema.ts'
import { runCommand } from '../support/command.ts'
import { namedBlocks, writeNamedBlocks } from '../support/named-blocks.ts'
import { codeBlocks, readText, section, tableRows } from './pages.ts'

const PAGE = readText('docs/mapping-tests.md')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-mapping-page-'))
  await writeNamedBlocks(PAGE, folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function test(): Promise<{ code: number; stdout: string }> {
  const { code, stdout } = await runCommand(['-c', join(folder, 'vanta.config.yaml'), 'test'])
  return { code, stdout: stdout.replaceAll(`${folder}/`, '').replaceAll(/ \d+ ms/g, '') }
}

describe('docs/mapping-tests.md', () => {
  it('shows tests that hold for the configuration it shows', async () => {
    const { code, stdout } = await test()
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(stdout).toContain('All 2 checks hold: accounts.')
  })

  it('shows what a failing one says', async () => {
    const config = namedBlocks(PAGE).get('vanta.config.yaml') ?? ''
    await writeFile(
      join(folder, 'vanta.config.yaml'),
      config.replace("dir == '' ? employee_id : dir.login", 'employee_id'),
    )
    const { code, stdout } = await test()
    expect(code).toBe(1)
    const [shown = ''] = codeBlocks(section(PAGE, 'When one fails'), '')
    const said = stdout.split('\n').filter((line) => !line.includes('✓'))
    expect(said.join('\n')).toBe(shown.replaceAll(/ \d+ ms/g, ''))
  })

  it('has a row for each key of a test', () => {
    const listed = tableRows(section(PAGE, 'What stands in a test')).map(([cell = '']) => cell.replaceAll('`', ''))
    const { tests } = mappingTestSchema.properties ?? {}
    expect(listed.sort()).toEqual(Object.keys(tests?.items?.properties ?? {}).sort())
  })
})
