import { expect, it } from 'vitest'
import { only, people, textsBelow, withOffice } from '../support/cli.ts'

const CANARY = 'vcs_canary-7Kq2+/wZ"9é'

/** The secret as it is, as JSON writes it, in base64 at each of the three offsets, and in a URL. */
function disguises(secret: string): string[] {
  const inner = (offset: number): string => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64')
    // Without the ends, which depend on what stands around it.
    return text.slice(offset === 0 ? 0 : 4, -4)
  }
  return [secret, JSON.stringify(secret).slice(1, -1), inner(0), inner(1), inner(2), encodeURIComponent(secret)]
}

it('the client secret stands in no output, error, log or state file, plain or in base64', async () => {
  const sandbox = { applications: [{ clientSecret: CANARY }], limits: { tokenRequests: 1000, resourceRequests: 1000 } }
  await withOffice({ sandbox, people: people(40) }, async (office) => {
    const said: string[] = []
    const run = async (...args: string[]): Promise<number | null> => {
      const { code, stdout, stderr } = await office.cli('--log-level', 'debug', ...args)
      said.push(stdout, stderr)
      return code
    }
    expect(await run('run')).toBe(0)
    await office.export(people(20))
    expect(await run('--json', 'run')).toBe(11)
    expect(await run('approve', 'people-x-accounts', '--reason', 'the office was closed')).toBe(0)
    await run('--json', 'validate')
    await run('--json', 'remote', 'people-x-accounts')
    await run('--json', 'history')
    // A server that echoes what it was sent.
    office.sandbox.control.fail(
      { path: '/oauth/token' },
      { status: 401, body: { error: 'invalid_client', error_description: `no such secret: ${CANARY}` } },
    )
    await office.export(people(21))
    expect(await run('--json', 'run')).toBe(20)
    office.sandbox.control.fail(
      { method: 'PUT' },
      { status: 400, body: `refused ${CANARY} ${Buffer.from(CANARY).toString('base64')}` },
    )
    const refused = await office.json('run')
    expect(only(refused).exitCode).toBe(20)
    said.push(JSON.stringify(refused))
    const { runId } = refused
    await run('--json', 'show', runId)

    const files = await textsBelow(office.folder)
    expect([...files.keys()].some((path) => path.includes('.vanta-sync'))).toBe(true)
    for (const disguise of disguises(CANARY)) {
      const bytes = Buffer.from(disguise).toString('latin1')
      expect(said.filter((text) => text.includes(disguise))).toEqual([])
      expect([...files].filter(([, text]) => text.includes(bytes)).map(([path]) => path)).toEqual([])
    }
  })
}, 60_000)
