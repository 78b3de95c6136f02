import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../core/clock.ts'
import { READ_SCOPE, WRITE_SCOPE } from '../../core/resource.ts'
import { edited, GOOD, load, loadSettings, mistakes } from './fixture.ts'

const EXAMPLE = readFileSync(new URL('example.yaml', import.meta.url), 'utf8')

function only<T>(items: readonly T[]): T {
  const [item] = items
  if (item === undefined || items.length !== 1) throw new Error(`expected one item, not ${items.length}`)
  return item
}

describe('the whole example', () => {
  test('becomes settings with every value where it belongs', async () => {
    const result = await load(EXAMPLE)
    if ('problems' in result) throw new Error(JSON.stringify(result.problems))
    const { settings, folder } = result
    expect(settings).toMatchObject({
      file: path.join(folder, 'vanta.config.yaml'),
      hash: createHash('sha256').update(EXAMPLE).digest('hex'),
      vanta: { baseUrl: 'https://api.vanta.com', limits: { tokenRequests: 5, resourceRequests: 20 } },
      zone: 'Europe/Berlin',
      state: { path: path.join(folder, '.vanta-sync'), allowNetworkFs: false },
      server: { host: '127.0.0.1', port: 8400, behindProxy: false, users: [] },
      notify: [{ name: 'slack', channel: { kind: 'slack' }, remindMs: DAY }],
    })
    expect(only(settings.applications)).toMatchObject({
      name: 'people-x',
      clientId: 'vci_people',
      clientSecret: { describe: '{ file: secret.txt }' },
      scopes: [READ_SCOPE, WRITE_SCOPE],
    })
    expect(only(settings.resources)).toMatchObject({
      name: 'people-x-accounts',
      application: { name: 'people-x' },
      type: { name: 'user_account' },
      resourceIds: ['66f1c2a9e4b0a1d2c3e4f567'],
      merge: 'error',
      onInvalid: 'carry-forward',
      carryForMs: 7 * DAY,
      guard: {
        maxRemoved: { kind: 'share', share: 0.05, text: '5%' },
        maxChanged: { kind: 'share', share: 0.5, text: '50%' },
        maxAdded: { kind: 'share', share: 0.5, text: '50%' },
        maxInvalid: { kind: 'share', share: 0.05, text: '5%' },
        minRecords: 1,
        mustInclude: ['E-1001'],
        groupBy: 'department',
        windowMs: 24 * HOUR,
      },
      verify: true,
      maxDataAgeMs: 2 * DAY,
      timeoutMs: 30 * MINUTE,
      maxAgeMs: 3 * HOUR,
      schedule: { cron: '17 * * * *', zone: 'Europe/Berlin', jitterMs: MINUTE },
      sources: [{ name: 'people-x-export', groupBy: 'department' }],
    })
  })

  test('warns of nothing', async () => {
    const result = await load(EXAMPLE)
    expect('settings' in result ? result.settings.warnings : result.problems).toEqual([])
  })
})

describe('what is left out', () => {
  const SMALL = edited(/ {4}merge: error[^]*$/.exec(GOOD)?.[0] ?? '?', '')

  test('has the documented defaults', async () => {
    const text = edited(
      'vanta:\n  region: commercial\nzone: Europe/Berlin\n',
      '',
      edited(/ {4}scopes:.*\n/.exec(SMALL)?.[0] ?? '?', '', SMALL),
    )
    const settings = await loadSettings(text)
    expect(settings).toMatchObject({
      vanta: { baseUrl: 'https://api.vanta.com' },
      zone: 'UTC',
      server: { host: '127.0.0.1', port: 8400, behindProxy: false, users: [] },
      notify: [],
      warnings: [],
    })
    expect(only(settings.applications).scopes).toEqual([READ_SCOPE, WRITE_SCOPE])
    const resource = only(settings.resources)
    expect(resource).toMatchObject({
      merge: 'error',
      onInvalid: 'carry-forward',
      carryForMs: 7 * DAY,
      verify: true,
      timeoutMs: 30 * MINUTE,
    })
    expect(resource.guard).toEqual({
      maxRemoved: { kind: 'share', share: 0.05, text: '5%' },
      maxChanged: { kind: 'share', share: 0.5, text: '50%' },
      maxAdded: { kind: 'share', share: 0.5, text: '50%' },
      maxInvalid: { kind: 'share', share: 0.05, text: '5%' },
      minRecords: 1,
      mustInclude: [],
      windowMs: 24 * HOUR,
    })
    for (const key of ['schedule', 'maxAgeMs', 'maxDataAgeMs', 'keepGoneMs']) expect(resource).not.toHaveProperty(key)
  })

  test('takes the value under defaults, key by key inside the guard', async () => {
    const text = `${edited('maxRemoved: 5%', 'maxRemoved: 7', GOOD)}defaults:\n  timeout: 5m\n  onInvalid: block\n  guard: { maxRemoved: 1%, maxAdded: 12.5% }\n`
    const resource = only((await loadSettings(text)).resources)
    expect(resource).toMatchObject({ timeoutMs: 30 * MINUTE, onInvalid: 'block' })
    expect(resource.guard).toMatchObject({
      maxRemoved: { kind: 'count', count: 7, text: '7' },
      maxAdded: { kind: 'share', share: 0.125, text: '12.5%' },
      maxInvalid: { text: '5%' },
    })
  })
})

describe('those who left', () => {
  test.each([
    ['onGone: deactivate', 90 * DAY],
    ['onGone: { deactivate: 30d }', 30 * DAY],
    ['onGone: omit', undefined],
  ])('are, with %s, kept for that long', async (written, keepGoneMs) => {
    expect(only((await loadSettings(edited('merge: error', written))).resources).keepGoneMs).toBe(keepGoneMs)
  })

  test('leave at once where the resource says so, whatever the default is', async () => {
    const text = `${edited('merge: error', 'onGone: omit')}defaults: { onGone: { deactivate: 30d } }\n`
    expect(only((await loadSettings(text)).resources)).not.toHaveProperty('keepGoneMs')
  })
})

describe('where Vanta is', () => {
  test.each([
    ['region: gov', 'https://api.vanta-gov.com'],
    ['baseUrl: https://api.vanta.com/v1/', 'https://api.vanta.com'],
    ['baseUrl: https://api.vanta.com//', 'https://api.vanta.com'],
    ['baseUrl: http://127.0.0.1:8410/v1', 'http://127.0.0.1:8410'],
    ['baseUrl: http://[::1]:8410', 'http://[::1]:8410'],
    ['baseUrl: "http://localhost:8410"', 'http://localhost:8410'],
  ])('is, for %s, %s', async (written, baseUrl) => {
    expect((await loadSettings(edited('region: commercial', written))).vanta.baseUrl).toBe(baseUrl)
  })

  test('may have other limits on this machine', async () => {
    const text = edited('region: commercial', 'baseUrl: http://127.9.9.9:1\n  limits: { tokenRequests: 500 }')
    expect((await loadSettings(text)).vanta.limits).toEqual({ tokenRequests: 500, resourceRequests: 20 })
  })

  test('is warned of when the host only redirects', async () => {
    const { warnings } = await loadSettings(edited('region: commercial', 'baseUrl: https://api.eu.vanta.com'))
    expect(only(warnings)).toContain('use region: commercial')
  })
})

describe('certificates', () => {
  const CA = `-----BEGIN CERTIFICATE-----
MIIBhjCCASugAwIBAgIUHHj1w99BeAxpPW9YHJm3d1Nhay8wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMRXhhbXBsZSBSb290MCAXDTI2MTEyMzExMTc0OVoYDzIxMjYx
MDMwMTExNzQ5WjAXMRUwEwYDVQQDDAxFeGFtcGxlIFJvb3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASh809AUGLArfFgtDIzmrucO3WgohNUnVhSQvf4ZPSQecs/
d69IdK+/ZoHWaidYqNscO2CZt2QbGGBeBZA6wpYNo1MwUTAdBgNVHQ4EFgQU5Ig2
r3/TyX55IS7O3l29VwHvvzEwHwYDVR0jBBgwFoAU5Ig2r3/TyX55IS7O3l29VwHv
vzEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAuQgiFKqUeZCw
bCz7rwZL0wdSThHb8nRqpqkXoq9bz88CIQCPR/kKTIaFmHBFNtUrCpHgWuVnfesv
2c10/IX2uIc2/g==
-----END CERTIFICATE-----
`

  test('of a file are taken as they are, without what stands around them', async () => {
    const text = edited('region: commercial', 'ca: ca.pem')
    const { vanta } = await loadSettings(text, { files: { 'ca.pem': `Example Root\n${CA}trailer\n${CA}` } })
    expect(vanta.ca).toBe(`${CA}${CA}`)
  })

  test('of which one is damaged are a mistake that says which', async () => {
    const text = edited('region: commercial', 'ca: ca.pem')
    const damaged = CA.replace('MII', 'AAA')
    expect(await mistakes(text, { files: { 'ca.pem': CA + damaged } })).toEqual([
      'vanta.config.yaml:2:7 vanta.ca: certificate 2 of the file cannot be read; expected a file of PEM certificates',
    ])
  })
})

describe('text', () => {
  test('is taken as it was written, whatever YAML would make of it', async () => {
    const text = edited('maxRemoved: 5%', 'mustInclude: [0123, 1e5, yes, true, 0x1F, 1.10]')
      .replace(
        'resourceId: 66f1c2a9e4b0a1d2c3e4f567',
        'resourceId: [123456789012345678901234, 000000000000000000000001]',
      )
      .replace('with: {}', 'with: { delimiter: 0, columns: [007, no] }')
    const resource = only((await loadSettings(text)).resources)
    expect(resource.resourceIds).toEqual(['123456789012345678901234', '000000000000000000000001'])
    expect(resource.guard.mustInclude).toEqual(['0123', '1e5', 'yes', 'true', '0x1F', '1.10'])
    expect(await only(resource.sources).options()).toMatchObject({ delimiter: '0', columns: ['007', 'no'] })
  })

  test('is a constant in a map as it was written, and a number or true where the field is one', async () => {
    const text = edited(
      'authMethod: SSO',
      'accountName: 0123\n          fullName: true\n          mfaEnabled: true\n          roleDescription: null',
    )
    const { sources } = only((await loadSettings(text)).resources)
    const mapped = only(sources)
      .mapping.start({ now: 0 })
      .map({ at: 'x:1', fields: { employee_id: '1' } })
    expect(mapped.record).toMatchObject({ accountName: '0123', fullName: 'true', mfaEnabled: true })
    expect(mapped.record).not.toHaveProperty('roleDescription')
  })

  test('of a block keeps its lines, and of a folded one loses them', async () => {
    const text = edited(
      'maxRemoved: 5%',
      'mustInclude:\n        - |-\n          a\n          b\n        - >-\n          c\n          d',
    )
    expect(only((await loadSettings(text)).resources).guard.mustInclude).toEqual(['a\nb', 'c d'])
  })
})

describe('sources', () => {
  test('lay their options over those of the connector, key by key, with paths absolute', async () => {
    const text = edited('{ path: ./people.csv }', '{ path: ./people.csv, delimiter: ";", pick: all }').replace(
      'with: {}',
      'with: { delimiter: "," }',
    )
    const { settings, folder } = (await load(text)) as {
      settings: Awaited<ReturnType<typeof loadSettings>>
      folder: string
    }
    const options = await only(only(settings.resources).sources).options()
    expect(options).toEqual({ path: path.join(folder, 'people.csv'), delimiter: ',', pick: 'all', header: true })
  })

  test('may be one without a list', async () => {
    const text = edited(
      '      - connector: export\n        with: {}\n        map:\n          uniqueId: "{{ employee_id }}"\n          authMethod: SSO',
      '      connector: export',
    )
    expect(only(only((await loadSettings(text)).resources).sources).name).toBe('export')
  })

  test('may need no options from the connector when they bring them', async () => {
    const text = edited('    with: { path: ./people.csv }\n', '').replace('with: {}', 'with: { path: other.csv }')
    expect(await only(only((await loadSettings(text)).resources).sources).options()).toHaveProperty('path')
  })
})

describe('anchors', () => {
  test('under keys that begin with x- are free wherever an object is', async () => {
    const text = `x-guard: &guard { maxRemoved: 3 }\n${edited('    guard:\n      maxRemoved: 5%', '    x-note: whatever\n    guard: *guard').replace('with: {}', 'with: { x-note: 1 }')}`
    expect(only((await loadSettings(text)).resources).guard.maxRemoved).toMatchObject({ count: 3 })
  })

  test('are merged by <<, and what stands beside them wins', async () => {
    const text = `x-a: &a { maxRemoved: 3, maxAdded: 4 }\nx-b: &b { maxAdded: 5, maxChanged: 6 }\n${edited('      maxRemoved: 5%', '      <<: [*a, *b]\n      maxRemoved: 9')}`
    expect(only((await loadSettings(text)).resources).guard).toMatchObject({
      maxRemoved: { count: 9 },
      maxAdded: { count: 4 },
      maxChanged: { count: 6 },
    })
  })

  test('are named where they were written when they hold a mistake', async () => {
    const result = await load(`x-a: &a { maxRemoved: lots }\n${edited('      maxRemoved: 5%', '      <<: *a')}`)
    expect(result).toMatchObject({
      problems: [{ at: expect.stringMatching(/:1:23$/) as string, path: 'resources.people.guard.maxRemoved' }],
    })
  })

  test('keys of tables are data, whatever they begin with', async () => {
    const text = edited(
      'authMethod: SSO',
      `accountName: "{{ lookup('codes', 'x-ray') }}"`,
      `${GOOD}tables: { codes: { x-ray: 07 } }\n`,
    )
    const { sources } = only((await loadSettings(text)).resources)
    expect(
      only(sources)
        .mapping.start({ now: 0 })
        .map({ at: 'x', fields: { employee_id: '1' } }).record,
    ).toMatchObject({ accountName: '07' })
  })
})

describe('warnings', () => {
  test.each([
    [
      'an unused connector',
      edited('resources:', '  spare: { use: csv, with: { path: x } }\nresources:'),
      'connectors.spare: no resource uses this connector',
    ],
    [
      'an unused application',
      edited(
        'connectors:',
        '  spare: { clientId: other, clientSecret: { env: PEOPLE_X_SECRET } }\nconnectors:',
        edited('    type: user', '    application: people-x\n    type: user'),
      ),
      'applications.spare: no resource uses this application',
    ],
    ['a missing write scope', edited(', connectors.self:write-resource', ''), 'can be planned but never pushed'],
    [
      'vulnerabilities without components',
      edited('user_account', 'package_vulnerability_connectors', edited('          authMethod: SSO\n', '')),
      'no resource of this application sends any',
    ],
  ])('name %s', async (_what, text, sentence) => {
    expect(only((await loadSettings(text)).warnings)).toContain(sentence)
  })
})

describe('loading', () => {
  test('puts the state where the argument says, from the working directory', async () => {
    expect((await loadSettings(GOOD, { statePath: 'elsewhere' })).state.path).toBe(path.resolve('elsewhere'))
  })

  test('throws the reason of an abort', async () => {
    await expect(load(GOOD, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop')
  })

  test('takes one resource id for two types of an application', async () => {
    const text = `${GOOD}  machines:\n    type: vulnerable_component\n    resourceId: 66f1c2a9e4b0a1d2c3e4f567\n    from: { connector: export }\n`
    expect((await loadSettings(text)).resources).toHaveLength(2)
  })

  test('reads custom properties in a map as their kinds want', async () => {
    const text = edited(
      '    merge: error',
      '    customProperties: { tag: string, x-port: int32 }\n    merge: error',
    ).replace('authMethod: SSO', 'customProperties: { tag: 0123, x-port: 8080 }')
    const { sources } = only((await loadSettings(text)).resources)
    const { record } = only(sources)
      .mapping.start({ now: 0 })
      .map({ at: 'x:1', fields: { employee_id: '1' } })
    expect(record).toMatchObject({ customProperties: { tag: '0123', 'x-port': 8080 } })
  })

  test('declares custom properties on the type', async () => {
    const text = edited('    merge: error', '    customProperties: { x-port: int32 }\n    merge: error')
    expect(only((await loadSettings(text)).resources).type.customProperties).toEqual({ 'x-port': 'int32' })
  })
})
