import { ldapConnector } from '../../../connectors/ldap/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture } from '../../../testing/fixture.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'
import { readAll } from '../../support/read-all.ts'
import { ACCOUNTS, peopleLdif, slapdProbe, startSlapd, SUFFIX } from '../../support/slapd.ts'

const PEOPLE = 400
/** Of all bytes of a read: the schema comes first, and here two of four pages are through. */
const CUT_AT = 0.8

export const probe = slapdProbe

async function startSource(people: number) {
  const slapd = await startSlapd({ ldif: peopleLdif(people) })
  const proxy = await startCutProxy({ to: slapd.port })
  const options = {
    urls: [`ldap://127.0.0.1:${proxy.port}`],
    bindDn: ACCOUNTS.reader,
    password: new Secret('reader'),
    base: `ou=people,${SUFFIX}`,
    pageSize: 100,
  }
  /** Where a read is amid its pages, in bytes from the server. */
  async function middle(): Promise<number> {
    const before = proxy.bytes
    await readAll(ldapConnector, options)
    return Math.floor((proxy.bytes - before) * CUT_AT)
  }
  return {
    options,
    rows: people,
    async cut() {
      proxy.cutAfter(await middle())
    },
    async hang() {
      proxy.freezeAfter(await middle())
    },
    async stop() {
      await proxy.close()
      await slapd.stop()
    },
  }
}

/** OpenLDAP behind a proxy that can cut or freeze its connections. */
export const fixture = defineFixture({
  connector: ldapConnector,
  people: { id: 'uid', name: 'cn' },
  start: () => startSource(PEOPLE),
  startLong: (rows) => startSource(rows),
  async startHanging() {
    const source = await startSource(PEOPLE)
    await source.hang()
    return source
  },
  mistakes: [
    { says: 'no server', options: (good) => ({ ...good, urls: [] }), fails: 'options' },
    { says: 'a URL of another kind', options: (good) => ({ ...good, urls: ['https://localhost'] }), fails: 'options' },
    {
      says: 'a password in plain text',
      options: (good) => ({ ...good, password: 'reader' }),
      fails: 'options',
    },
    {
      says: 'a password that the server refuses',
      options: (good) => ({ ...good, password: new Secret('wrong-password') }),
      fails: 'OperatorError',
      code: 'ldap-credentials',
    },
    {
      says: 'a bind DN without a password',
      options: ({ password: _password, ...good }) => good,
      fails: 'ConfigError',
      code: 'ldap-bind',
    },
    {
      says: 'a base that does not exist',
      options: (good) => ({ ...good, base: `ou=nobody,${SUFFIX}` }),
      fails: 'ConfigError',
      code: 'ldap-no-base',
    },
    {
      says: 'a filter that is not closed',
      options: (good) => ({ ...good, filter: '(&(uid=u1)' }),
      fails: 'ConfigError',
      code: 'ldap-filter',
    },
    {
      says: 'an attribute that the server does not know',
      options: (good) => ({ ...good, attributes: ['uid', 'employeNumber'] }),
      fails: 'ConfigError',
      code: 'ldap-attributes',
    },
    {
      says: 'a CA file that is not there',
      options: (good) => ({ ...good, ca: './no-such-ca.pem' }),
      fails: 'ConfigError',
      code: 'ca-unreadable',
    },
    {
      says: 'a port that nobody listens on',
      options: (good) => ({ ...good, urls: ['ldap://127.0.0.1:1'] }),
      fails: 'RetryLaterError',
      code: 'connection-refused',
    },
  ],
})
