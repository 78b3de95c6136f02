/** `vanta-sync new connector`: what it writes, refuses and says. That it passes is in test/e2e/author.test.ts. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-new-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** The working directory of the test is not ours, so folders are absolute here. */
async function create(name: string, ...args: string[]): Promise<CommandResult> {
  const dir = join(folder, 'connectors')
  return runCommand(['-c', join(folder, 'vanta.config.yaml'), ...args, 'new', 'connector', name, '--dir', dir])
}

describe('vanta-sync new connector', () => {
  it('writes a module, its fixture, its test and its page, with its name in each and nothing left to fill in', async () => {
    const { code } = await create('hr-portal')
    expect(code).toBe(0)
    const names = await readdir(join(folder, 'connectors'))
    expect(names.sort()).toEqual(['hr-portal.fixture.ts', 'hr-portal.md', 'hr-portal.test.ts', 'hr-portal.ts'])
    for (const name of names) {
      const text = await readFile(join(folder, 'connectors', name), 'utf8')
      expect(text).toContain('hr-portal')
      expect(text).not.toMatch(/__|undefined\b.*\$|TODO/)
    }
  })

  it('says the files and the next commands in a document, and nothing when it is to be quiet', async () => {
    const { stdout } = await create('hr-portal', '--json')
    const { files, ...rest } = JSON.parse(stdout) as { files: string[] }
    expect(files).toHaveLength(4)
    const module = join(folder, 'connectors', 'hr-portal.ts')
    expect(rest).toEqual({ command: 'new', exitCode: 0, next: [`vanta-sync test ${module}`] })
    expect(await create('assets', '--quiet')).toMatchObject({ code: 0, stdout: '' })
  })

  it('names the command as it was called', async () => {
    const dir = join(folder, 'connectors')
    const { stdout } = await runCommand(['new', 'connector', 'assets', '--dir', dir], { npm_command: 'exec' })
    expect(stdout).toContain(`  npx vanta-sync test ${join(dir, 'assets.ts')}\n`)
  })

  it('shows what to add to a configuration, and does not touch it', async () => {
    await writeFile(join(folder, 'vanta.config.yaml'), 'resources: {}\n')
    const { stdout } = await create('hr-portal')
    expect(stdout).toContain(`In ${join(folder, 'vanta.config.yaml')}, under connectors:\n  hr-portal:\n    use: `)
    expect(stdout).toContain('token: { env: HR_PORTAL_TOKEN }')
    expect(await readFile(join(folder, 'vanta.config.yaml'), 'utf8')).toBe('resources: {}\n')
  })

  it('writes nothing over what is there, and nothing beside it', async () => {
    await create('assets')
    const fixture = join(folder, 'connectors', 'assets.fixture.ts')
    for (const name of ['assets.ts', 'assets.test.ts', 'assets.md']) await rm(join(folder, 'connectors', name))
    await writeFile(fixture, 'mine')
    const { code, stderr } = await create('assets')
    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(`${fixture} is there already`) as string,
    })
    expect(await readdir(join(folder, 'connectors'))).toEqual(['assets.fixture.ts'])
    expect(await readFile(fixture, 'utf8')).toBe('mine')
  })

  it('says where it cannot write', async () => {
    await writeFile(join(folder, 'connectors'), 'a file')
    const { code, stderr } = await create('assets')
    expect(code).toBe(78)
    expect(stderr).toContain('connectors is no folder')
  })

  it.each([
    ['HR Portal', 'as in hr-portal'],
    ['hrPortal', 'as in hr-portal'],
    ['hr_portal', 'as in hr-portal'],
    ['--', 'as in hr-portal'],
    ['9lives', 'as in lives'],
    ['../escape', 'as in escape'],
    ['CSV', 'as in hr-portal'],
    ['a'.repeat(41), `as in ${'a'.repeat(40)}.`],
    ['csv', 'Use it as it is (use: csv)'],
    ['ldap', 'Use it as it is (use: ldap)'],
  ])('refuses the name %s, and says a better one', async (name, hint) => {
    const dir = join(folder, 'connectors')
    const { code, stderr } = await runCommand(['new', 'connector', '--dir', dir, '--', name])
    expect(code).toBe(64)
    expect(stderr).toContain(hint)
    expect(await readdir(folder)).toEqual([])
  })

  it('asks whether a built-in connector was meant when the name is near', async () => {
    expect((await create('cvs')).stdout).toContain('Should it be the built-in csv?')
    expect((await create('payroll')).stdout).not.toContain('Should it be')
  })

  it.each([
    [['new'], 'connector'],
    [['new', 'conector', 'assets'], 'Did you mean connector?'],
    [['new', 'connector'], "missing required argument 'name'"],
  ])('is a mistake of usage as %j', async (args, said) => {
    const { code, stdout, stderr } = await runCommand(args)
    expect(code).toBe(64)
    expect(stdout + stderr).toContain(said)
  })
})
