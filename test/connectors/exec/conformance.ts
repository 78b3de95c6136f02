import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { execConnector } from '../../../connectors/exec/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture } from '../../../testing/fixture.ts'

const ROWS = 500

/** Says its secret, writes so many rows, and dies after them unless they are all. */
function program(rows: number): string {
  return `
process.stderr.write('asking as ' + process.env.TOKEN + '\\n')
for (let i = 1; i <= ${rows}; i++) {
  const row = { id: 'E-' + String(i).padStart(5, '0'), name: 'Person ' + i }
  if (!process.stdout.write(JSON.stringify(row) + '\\n')) await new Promise((done) => process.stdout.once('drain', done))
}
${rows < ROWS ? "process.kill(process.pid, 'SIGKILL')" : ''}
process.stdout.write(JSON.stringify({ 'vanta-sync': { complete: true, rows: ${rows} } }) + '\\n')
`
}

/** A program in a temporary folder; cut, it dies in the middle. */
export const fixture = defineFixture({
  connector: execConnector,
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-exec-'))
    const path = join(folder, 'people.mjs')
    await writeFile(path, program(ROWS))
    return {
      options: { command: [execPath, './people.mjs'], secretEnv: { TOKEN: new Secret('hush-hush-token') } },
      baseDir: folder,
      rows: ROWS,
      cut: () => writeFile(path, program(ROWS / 2)),
      stop: () => rm(folder, { recursive: true, force: true }),
    }
  },
  mistakes: [
    {
      says: 'a program that does not exist',
      options: (good) => ({ ...good, command: ['./no-such-program'] }),
      fails: 'ConfigError',
      code: 'exec-not-found',
    },
    {
      says: 'a working folder that does not exist',
      options: (good) => ({ ...good, cwd: './no-such-folder' }),
      fails: 'ConfigError',
      code: 'exec-cwd',
    },
    {
      says: 'a variable that is not set',
      options: (good) => ({ ...good, passEnv: ['VANTA_SYNC_NO_SUCH_VARIABLE'] }),
      fails: 'ConfigError',
      code: 'exec-variable',
    },
    { says: 'a command that is text', options: (good) => ({ ...good, command: 'people.mjs' }), fails: 'options' },
    {
      says: 'a secret in plain text',
      options: (good) => ({ ...good, secretEnv: { TOKEN: 'plain' } }),
      fails: 'options',
    },
  ],
})
