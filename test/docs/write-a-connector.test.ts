/** What the page tells to do is done here, and what it shows is run. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Office, withOffice } from '../support/cli.ts'
import { namedBlocks, writeNamedBlocks } from '../support/named-blocks.ts'
import { codeBlocks, readText, section } from './pages.ts'

const PATIENT = 180_000
const PAGE = readText('docs/write-a-connector.md')

/** The commands of a section, without those for another terminal. */
function commandsOf(heading: string): string[][] {
  const lines = codeBlocks(section(PAGE, heading), 'sh').join('').split('\n')
  const own = lines.filter((line) => line.startsWith('npx vanta-sync '))
  return own.map((line) =>
    line
      .replace(/\s+#.*$/, '')
      .split(' ')
      .slice(2),
  )
}

async function take(office: Office, steps: readonly string[][]): Promise<void> {
  for (const args of steps) {
    const { code, stdout, stderr } = await office.cli(...args)
    expect({ args, code, said: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, said: '' })
  }
}

function useSandbox({ env, sandbox }: Office): void {
  env['VANTA_BASE_URL'] = sandbox.url
  env['VANTA_CLIENT_ID'] = sandbox.credentials.clientId
  env['VANTA_CLIENT_SECRET'] = sandbox.credentials.clientSecret
}

describe.concurrent('docs/write-a-connector.md', () => {
  it(
    'begins with a connector that works',
    async () => {
      await withOffice({}, async (office) => {
        await rm(join(office.folder, 'vanta.config.yaml'))
        const steps = commandsOf('Begin with one that works')
        expect(steps.map(([command]) => command)).toEqual(['new', 'test'])
        await take(office, steps)
      })
    },
    PATIENT,
  )

  it(
    'ends with another one that is tested and pushed, and that loses nobody when a file is missing',
    async () => {
      await withOffice({ config: () => namedBlocks(PAGE).get('vanta.config.yaml') ?? '' }, async (office) => {
        await writeNamedBlocks(PAGE, office.folder)
        useSandbox(office)
        const steps = commandsOf('Push it to the sandbox')
        expect(steps.map(([command]) => command)).toEqual(['validate', 'test', 'preview', 'plan', 'run'])
        await take(office, steps)
        expect(office.held()).toEqual(['K-1001', 'K-1002'])
        await rm(join(office.folder, 'export/cards-001.json'))
        const { exitCode, resources } = await office.json('run')
        expect(exitCode).toBe(12)
        expect(resources[0]?.error?.message).toBe('keycards is incomplete: done.json says 2 cards, read 0')
        expect(office.held()).toEqual(['K-1001', 'K-1002'])
      })
    },
    PATIENT,
  )
})
