/** The examples of the page, as a reader would copy them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codeBlocks, readText } from '../../docs/pages.ts'
import { describeWithService, findProgram, programs } from '../../support/service.ts'
import { printing, read, readShell, script, tempFolder } from './fixture.ts'

const PAGE = readText('connectors/exec/readme.md')

async function example(language: string, name: string): Promise<string> {
  const [text, ...more] = codeBlocks(PAGE, language)
  if (text === undefined || more.length > 0) throw new Error(`the page has not one example in ${language}`)
  const folder = await tempFolder()
  await script(folder, name, text)
  await writeFile(join(folder, 'badges.csv'), 'id,name\nE-1,Ada\nE-2,Zoë\n')
  return folder
}

const BADGES = [
  { id: 'E-1', name: 'Ada' },
  { id: 'E-2', name: 'Zoë' },
]

describe('the example of', () => {
  test('what a program writes is read as it stands there', async () => {
    const lines = codeBlocks(PAGE, '').find((block) => block.includes('"vanta-sync":{"complete"')) ?? ''
    const { rows, proof } = await readShell(printing(...lines.trimEnd().split('\n')))
    expect(rows.map(({ fields }) => fields['id'])).toEqual(['E-1001', 'E-1002'])
    expect(proof).toMatchObject({ complete: true, asOf: new Date('2026-11-23T09:30:00Z') })
  })
})

describeWithService('the example in sh', programs('getent'), () => {
  test('lists the accounts of this machine', async () => {
    const { rows, proof } = await read({ command: ['./accounts.sh'] }, { baseDir: await example('sh', 'accounts.sh') })
    expect(rows.map(({ fields }) => ({ ...fields }))).toContainEqual({ login: 'root', uid: 0 })
    expect(proof).toMatchObject({ complete: true, rows: rows.length })
  })
})

describeWithService('the example in Python', programs('python3'), () => {
  test('reads a file', async () => {
    const { rows, proof } = await read({ command: ['./badges.py'] }, { baseDir: await example('python', 'badges.py') })
    expect(rows.map(({ fields }) => ({ ...fields }))).toEqual(BADGES)
    expect(proof).toMatchObject({ complete: true, rows: 2 })
  })
})

// No Linux distribution packages PowerShell: where it is missing there is nothing to install, and nothing to skip.
if (findProgram('pwsh') !== undefined) {
  describe('the example in PowerShell', () => {
    test('reads a file', async () => {
      const { rows, proof } = await read(
        { command: ['./badges.ps1'] },
        { baseDir: await example('powershell', 'badges.ps1') },
      )
      expect(rows.map(({ fields }) => ({ ...fields }))).toEqual(BADGES)
      expect(proof).toMatchObject({ complete: true, rows: 2 })
    })
  })
}
