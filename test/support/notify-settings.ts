/** Settings with notifiers, as the loader of the config would make them. */
import { DAY } from '../../core/clock.ts'
import type { Channel, NotifierSpec, ResourceSpec, Settings } from '../../core/resource.ts'
import { Secret, type SecretRef } from '../../core/secret.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'

export function secretRef(value: string, describe = '{ env: THE_SECRET }'): SecretRef {
  return { describe, resolve: async () => new Secret(value) }
}

export function notifier(channel: Channel, change: Partial<NotifierSpec> = {}): NotifierSpec {
  return { name: channel.kind, channel, remindMs: DAY, ...change }
}

export function resourceNamed(name: string, resourceId: string, clientId = 'client-1'): ResourceSpec {
  const application = { name: 'people-x', clientId, clientSecret: secretRef('s'), scopes: [] }
  const one = { kind: 'count', count: 1, text: '1' } as const
  return {
    name,
    application,
    // Notifying looks at the name alone, and processes that share this load fast.
    type: { name: 'user_account' } as ResourceSpec['type'],
    resourceIds: [resourceId],
    sources: [],
    merge: 'error',
    onInvalid: 'carry-forward',
    carryForMs: 0,
    guard: {
      maxRemoved: one,
      maxChanged: one,
      maxAdded: one,
      maxInvalid: one,
      minRecords: 1,
      mustInclude: [],
      windowMs: 0,
    },
    verify: true,
    timeoutMs: 1000,
  }
}

export function settingsOf(notify: readonly NotifierSpec[], change: Partial<Settings> = {}): Settings {
  return {
    file: '/etc/vanta-sync/vanta.config.yaml',
    hash: 'hash',
    vanta: { baseUrl: 'https://api.example.com', limits: { tokenRequests: 5, resourceRequests: 20 } },
    zone: 'UTC',
    applications: [],
    connectors: [],
    resources: [resourceNamed('people-accounts', '66f1c2a9e4b0a1d2c3e4f567')],
    state: { path: '/nowhere', allowNetworkFs: false },
    server: { host: '127.0.0.1', port: 8400, behindProxy: false, users: [], publicUrl: 'https://sync.example.com' },
    notify,
    warnings: [],
    secrets: createSecretRegistry(),
    ...change,
  }
}
