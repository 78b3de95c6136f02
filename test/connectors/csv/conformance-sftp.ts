/** An export on an SFTP server, the connection to which is dropped in the middle of the file. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture, type FixtureSource } from '../../../testing/fixture.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'
import { sshdProbe, startSshd } from '../../support/sshd.ts'
import { exportOf } from './export.ts'

const ROWS = 5000

export const probe = sshdProbe

export const fixture = defineFixture({
  connector: csvConnector,
  start: () => startServer(ROWS),
  startLong: startServer,
  async startHanging() {
    const source = await startServer(ROWS)
    source.freeze()
    return source
  },
  mistakes: [
    {
      says: 'a server that shows another key',
      options: (good) => ({ ...good, sftp: { ...sftpOf(good), hostKey: `SHA256:${'a'.repeat(43)}` } }),
      fails: 'OperatorError',
      code: 'sftp-host-key',
    },
    {
      says: 'a server whose key nobody has named',
      options: (good) => ({ ...good, sftp: { ...sftpOf(good), hostKey: undefined } }),
      fails: 'ConfigError',
      code: 'sftp-host-key',
    },
    {
      says: 'a password, where the server wants a key',
      options: (good) => ({
        ...good,
        sftp: { hostKey: sftpOf(good)['hostKey'], password: new Secret('hunter2') },
      }),
      fails: 'OperatorError',
      code: 'sftp-login',
    },
    {
      says: 'a key that is none',
      options: (good) => ({ ...good, sftp: { ...sftpOf(good), privateKey: new Secret('no key') } }),
      fails: 'ConfigError',
      code: 'sftp-key',
    },
  ],
})

function sftpOf(options: FixtureSource['options']): Record<string, unknown> {
  return options['sftp'] as Record<string, unknown>
}

async function startServer(rows: number): Promise<FixtureSource & { freeze(): void }> {
  const server = await startSshd()
  const text = exportOf(rows)
  await writeFile(join(server.folder, 'people.csv'), text)
  const proxy = await startCutProxy({ to: server.port })
  return {
    options: {
      path: server.url('*.csv').replace(`:${server.port}/`, `:${proxy.port}/`),
      settle: '0s',
      sftp: { privateKey: new Secret(server.keys.plain), hostKey: server.fingerprints.ed25519 },
    },
    rows,
    // Beyond what a login takes, which is some kilobytes.
    async cut() {
      proxy.cutAfter(text.length / 2)
    },
    freeze: () => proxy.freezeAfter(text.length / 2),
    async stop() {
      await proxy.close()
      await server.stop()
    },
  }
}
