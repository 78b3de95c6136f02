import type { TroubleMeaning } from './meaning.ts'
import type { ConnectionCause } from './status.ts'

const NEW_SECRET =
  'Put the new one where the configuration looks for it; it is read again at each run. Best is a service account that belongs to nobody.'
const ASK_RIGHTS = 'Check with whoever runs it that nothing changed in the permissions of the login'
const WAIT = 'Nothing to do if it happens once: the next run tries again. When it stays so, ask whoever runs it.'
const ADDRESS = 'Check host and port in its options, the firewall, and the DNS of this machine.'

type Row = readonly [codes: string, cause: ConnectionCause, says: string, remedy: string]

const ROWS: readonly Row[] = [
  [
    'ldap-credentials',
    'credentials',
    'refuses the login: name or password is wrong',
    `Somebody may have changed the password. ${NEW_SECRET}`,
  ],
  [
    'ldap-account-gone',
    'credentials',
    'does not know the account that reads',
    'It was deleted or renamed, perhaps with the person that it belonged to. Have a service account made that belongs to nobody, and set bindDn and password.',
  ],
  [
    'ldap-password-expired',
    'credentials',
    'refuses the login: its password has expired',
    `Set a new password, or have it exempted from expiry. ${NEW_SECRET}`,
  ],
  [
    'ldap-password-change',
    'credentials',
    'refuses the login: its password must be changed first',
    `Somebody has reset the password. Change it once by hand, with ldappasswd or at a workstation. ${NEW_SECRET}`,
  ],
  [
    'ldap-account-disabled',
    'credentials',
    'refuses the login: its account is disabled',
    'It may have belonged to a person who left. Have it enabled, or better use a service account that belongs to nobody.',
  ],
  [
    'ldap-account-expired',
    'credentials',
    'refuses the login: its account has expired',
    'Have the end of the account moved, or better use a service account that belongs to nobody and does not expire.',
  ],
  [
    'ldap-account-locked',
    'credentials',
    'refuses the login: its account is locked',
    'Something tries wrong passwords: look for a place where an old one is still used, then have the account unlocked.',
  ],
  [
    'ldap-logon-restricted',
    'permissions',
    'does not let the login in at this hour, or from this machine',
    'Have logon hours and workstations of the account extended to this machine and its schedule.',
  ],
  [
    'ldap-anonymous',
    'credentials',
    'wants a login',
    'Set bindDn and password, best of a service account that belongs to nobody.',
  ],
  ['ldap-rights', 'permissions', 'does not let the login read what is asked for', `${ASK_RIGHTS}.`],
  [
    'ldap-no-base',
    'permissions',
    'does not show the entry to search below',
    `Check \`base\`: the entry may have been moved. ${ASK_RIGHTS}.`,
  ],
  [
    'ldap-strong-auth ldap-auth-method ldap-no-starttls tls-missing',
    'network',
    'and this connector do not agree on encryption',
    'Use an address with TLS, and name the authority of its certificate in `ca` when it is a private one.',
  ],
  [
    'ldap-protocol',
    'network',
    'does not speak LDAP at that address',
    'Check the port: 636 and 3269 need ldaps://, 389 and 3268 need ldap://.',
  ],
  [
    'ldap-busy ldap-unavailable sql-busy http-rate-limited',
    'third party down',
    'has no room for another request',
    WAIT,
  ],
  ['ldap-timeout timed-out', 'third party down', 'did not answer in time', WAIT],
  [
    'ldap-disconnected ldap-closed connection-lost sql-cut sql-shut-down',
    'third party down',
    'broke off the connection',
    `${WAIT} Something on the way may cut connections that last long.`,
  ],
  [
    'sql-login',
    'credentials',
    'refuses the login',
    `User or password is wrong, has expired, or may not log in from this machine. ${NEW_SECRET}`,
  ],
  ['sql-password', 'credentials', 'asks for a password, and none is configured', NEW_SECRET],
  ['sql-forbidden', 'permissions', 'does not let the login read that', `${ASK_RIGHTS}, and have it granted again.`],
  [
    'http-unauthorized http-login rest-login-page',
    'credentials',
    'refuses the credentials: they are wrong, or have expired or been revoked',
    `A key that was regenerated must be linked again. ${NEW_SECRET}`,
  ],
  [
    'rest-token',
    'credentials',
    'gives no token for the client id and secret',
    `Check both, and the scopes that the client may ask for. ${NEW_SECRET}`,
  ],
  ['http-forbidden', 'permissions', 'does not let the login read that', `${ASK_RIGHTS}, or in the scopes of the key.`],
  [
    'http-not-found',
    'network',
    'has nothing at the address',
    `Check the URL: an API may have moved. Some answer so when rights are missing. ${ASK_RIGHTS}.`,
  ],
  [
    'http-redirected',
    'network',
    'points to another address',
    'Name the address that it points to: redirects are not followed.',
  ],
  [
    'http-web-page rest-html',
    'network',
    'answers with a web page in the place of the data',
    'Check the URL, and what a portal or a proxy puts in between; an address for browsers is often not that of the data.',
  ],
  ['http-server-error', 'third party down', 'is failing', WAIT],
  [
    'sftp-login',
    'credentials',
    'does not let the user in',
    `The password or key is wrong, or was taken from the list of those that it knows. ${NEW_SECRET}`,
  ],
  [
    'sftp-host-key',
    'network',
    'shows another host key than the configured one',
    'Somebody may stand between. If the server was made anew, have whoever runs it confirm the fingerprint, and set `sftp.hostKey`.',
  ],
  [
    'sftp-handshake',
    'network',
    'and this connector do not agree how to talk',
    'Check host and port, and that an SSH server listens there.',
  ],
  ['sftp-missing', 'permissions', 'lets the user in, and offers it no files', `${ASK_RIGHTS}: it must allow SFTP.`],
  [
    'file-forbidden',
    'permissions',
    'may not be read',
    'Let the user that this runs as read the file again; whatever writes the export may have made it anew with other rights.',
  ],
  [
    'share-away not-mounted',
    'third party down',
    'lies on a share that is not there',
    'Mount the share again; an unmounted one looks like an empty folder.',
  ],
  ['dns-failed', 'third party down', 'cannot be found by its name', ADDRESS],
  ['connection-refused', 'third party down', 'refuses the connection', ADDRESS],
  ['connect-failed', 'third party down', 'cannot be reached', ADDRESS],
  [
    'tls-failed',
    'network',
    'cannot be reached over TLS: its certificate is not trusted, or something on the way cuts the connection',
    'A certificate may have expired or been replaced: name its authority in `ca`, and check the clock of this machine.',
  ],
  [
    'proxy-failed',
    'network',
    'cannot be reached through the proxy',
    'Check HTTPS_PROXY with its user and password, or add the host to NO_PROXY.',
  ],
]

/** Why there is no way to a source, by the code of the error. */
export const SOURCE_TROUBLES: ReadonlyMap<string, TroubleMeaning> = new Map(
  ROWS.flatMap(([codes, cause, says, remedy]) =>
    codes.split(' ').map((code) => [code, { cause, says, remedy }] as const),
  ),
)
