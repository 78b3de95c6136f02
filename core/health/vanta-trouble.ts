import type { TroubleMeaning } from './meaning.ts'

const WAIT = 'Nothing to do if it happens once: the next run tries again.'
const KEEP = 'Reconnect, never delete the application: its configuration and history would be lost.'
const CONSOLE = 'Settings, Developer Console, in Vanta'

/** Why there is no way to Vanta, by the code of the error. */
export const VANTA_TROUBLES: ReadonlyMap<string, TroubleMeaning> = new Map<string, TroubleMeaning>([
  [
    'invalid-client',
    {
      cause: 'credentials',
      says: 'refuses the client id or the client secret: it is wrong, or was rotated or revoked',
      remedy: `Take client id and secret from ${CONSOLE}, and put them where the configuration looks for them; they are read again at each run. ${KEEP}`,
    },
  ],
  [
    'token-refused',
    {
      cause: 'credentials',
      says: 'gives no token',
      remedy: `Look at the answer in the run, and compare client id and secret with ${CONSOLE}. ${KEEP}`,
    },
  ],
  [
    'invalid-scope',
    {
      cause: 'permissions',
      says: 'does not give this application the scopes that are asked for',
      remedy: `Compare \`scopes\` with the application under ${CONSOLE}: it must be of the kind Build Integrations, and nothing must have changed in what it may do.`,
    },
  ],
  [
    'missing-scope',
    {
      cause: 'permissions',
      says: 'misses a scope of this application',
      remedy: `Add the scope to \`scopes\` in the configuration, and allow it under ${CONSOLE}.`,
    },
  ],
  [
    'forbidden',
    {
      cause: 'permissions',
      says: 'does not let this application do that',
      remedy: `Check under ${CONSOLE} that nothing changed in the scopes of the application, and that the resource id is one of its own.`,
    },
  ],
  [
    'type-not-declared',
    {
      cause: 'permissions',
      says: 'does not know this resource of the application',
      remedy: `Compare \`resourceId\` with the application's Resources under ${CONSOLE}; one that was made anew has another id. The history here goes on under the resource's name.`,
    },
  ],
  [
    'token-revoked',
    {
      cause: 'another process',
      says: 'ended our token twice: somebody else mints tokens for the same application',
      remedy:
        'Vanta keeps one token per application. Find what else uses this client id, such as a second installation, a connection test or a script; stop it, or give it an application of its own.',
    },
  ],
  [
    'rate-limited',
    {
      cause: 'another process',
      says: 'counts too many requests in a minute, more than were sent from here',
      remedy:
        'Find what else uses the application, or mints a token for each of its requests: the limits count everybody. Else the next run tries again.',
    },
  ],
  [
    'server-error',
    { cause: 'third party down', says: 'is failing', remedy: `${WAIT} When it stays so, look at Vanta's status page.` },
  ],
  [
    'outcome-unknown',
    {
      cause: 'third party down',
      says: 'did not confirm a push',
      remedy: 'Nothing to do: the next run reads back what Vanta holds, and goes on from there.',
    },
  ],
  [
    'connection-lost',
    {
      cause: 'third party down',
      says: 'broke off the connection',
      remedy: `${WAIT} When it stays so, look at the firewall and the proxy on the way.`,
    },
  ],
  [
    'timed-out',
    {
      cause: 'third party down',
      says: 'did not answer in time',
      remedy: `${WAIT} When it stays so, look at the firewall and the proxy on the way.`,
    },
  ],
  [
    'dns-failed',
    {
      cause: 'third party down',
      says: 'cannot be found by its name',
      remedy: 'Check the DNS and the internet access of this machine, and whether it needs HTTPS_PROXY.',
    },
  ],
  [
    'connection-refused',
    {
      cause: 'third party down',
      says: 'refuses the connection',
      remedy: 'Check the firewall, and host and port of vanta.baseUrl where it is set.',
    },
  ],
  [
    'connect-failed',
    {
      cause: 'third party down',
      says: 'cannot be reached',
      remedy: 'Check the firewall and the internet access of this machine, and whether it needs HTTPS_PROXY.',
    },
  ],
  [
    'tls-failed',
    {
      cause: 'network',
      says: 'cannot be reached over TLS: its certificate is not trusted, or something on the way cuts the connection',
      remedy:
        'When a proxy opens TLS, name its authority in vanta.ca or NODE_EXTRA_CA_CERTS. Check the clock of this machine, too.',
    },
  ],
  [
    'proxy-failed',
    {
      cause: 'network',
      says: 'cannot be reached through the proxy',
      remedy:
        'Check HTTPS_PROXY with its user and password, that the proxy allows the host of Vanta, or add that host to NO_PROXY.',
    },
  ],
  [
    'wrong-base-url',
    {
      cause: 'network',
      says: 'answers with a redirect',
      remedy: 'Set vanta.baseUrl to the host that answers itself: https://api.vanta.com, or https://api.vanta-gov.com.',
    },
  ],
  [
    'unknown-path',
    {
      cause: 'network',
      says: 'does not know the address',
      remedy: 'Check vanta.region or vanta.baseUrl: only the origin, such as https://api.vanta.com.',
    },
  ],
  [
    'unexpected-answer',
    {
      cause: 'network',
      says: 'answers with something else than its API would',
      remedy: 'Check vanta.baseUrl, and what a proxy or a login page on the way puts in the place of the answer.',
    },
  ],
  [
    'invalid-request',
    {
      cause: 'network',
      says: 'cannot read the request for a token',
      remedy: 'Something on the way changes it, or vanta.baseUrl is not that of the API.',
    },
  ],
  [
    'turned-away',
    {
      cause: 'network',
      says: 'turns the request away before it is looked at',
      remedy: 'Check vanta.baseUrl, and what a proxy or firewall on the way allows or changes.',
    },
  ],
])
