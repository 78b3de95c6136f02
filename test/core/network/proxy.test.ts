import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError, isSyncError } from '../../../core/errors.ts'
import { proxyRules } from '../../../core/network/proxy.ts'

const PROXY = { HTTPS_PROXY: 'http://proxy.corp:3128' }

function urlFor(url: string, env: Record<string, string>): string | undefined {
  return proxyRules(env).proxyFor(url)?.url
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('expected a failure')
}

describe('the proxy of a URL', () => {
  test.each([
    ['https://a.test', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' }, 'http://p:1'],
    ['http://a.test', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' }, 'http://q:2'],
    ['https://a.test', { HTTP_PROXY: 'http://q:2' }, 'http://q:2'],
    ['http://a.test', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://a.test', { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' }, 'http://low:1'],
    ['https://a.test', { ALL_PROXY: 'https://all:1' }, 'https://all:1'],
    ['https://a.test', { HTTPS_PROXY: '', ALL_PROXY: 'http://all:1' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128'],
    ['https://a.test', {}, undefined],
  ])('%s with %j is %s', (url, env, expected) => {
    expect(urlFor(url, env as Record<string, string>)).toBe(expected)
  })
})

describe('NO_PROXY', () => {
  test.each([
    ['https://api.vanta.com', 'vanta.com'],
    ['https://api.vanta.com', '.vanta.com'],
    ['https://api.vanta.com', '*.vanta.com'],
    ['https://API.vanta.com', 'x, api.VANTA.com'],
    ['https://api.vanta.com', 'api.vanta.com:443'],
    ['https://api.vanta.com', '*'],
    ['https://10.1.2.3', '10.0.0.0/8'],
    ['https://[fd00::1]:8443', 'fd00::/8'],
    ['https://[::1]', '::1'],
    ['https://[::1]:8443', '[::1]:8443'],
  ])('%s is passed by for %j', (url, list) => {
    expect(urlFor(url, { ...PROXY, NO_PROXY: list })).toBeUndefined()
    expect(urlFor(url, { ...PROXY, no_proxy: list })).toBeUndefined()
  })

  test.each([
    ['https://notvanta.com', 'vanta.com'],
    ['https://api.vanta.com', 'api.vanta.com:8443'],
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.0.0.0/99'],
    ['https://name.test', '10.0.0.0/8'],
    ['https://api.vanta.com', ''],
  ])('%s is not passed by for %j', (url, list) => {
    expect(urlFor(url, { ...PROXY, NO_PROXY: list })).toBe('http://proxy.corp:3128')
  })
})

describe('a variable that is no proxy', () => {
  test.each(['socks5h://canary:1', 'http://', 'http://canary:99999', 'http://user:%zz-canary@p:1'])(
    '%s is a configuration error that names the variable and not the value',
    (value) => {
      const error = thrownBy(() => proxyRules({ HTTPS_PROXY: value }))
      expect(error).toBeInstanceOf(ConfigError)
      expect(error).toMatchObject({ code: 'bad-proxy', message: expect.stringContaining('HTTPS_PROXY') })
      expect(isSyncError(error) ? `${error.message} ${error.hint} ${inspect(error.cause)}` : 'canary').not.toContain(
        'canary',
      )
    },
  )
})

test('credentials are kept apart from the URL, and do not show', () => {
  const proxy = proxyRules({ HTTPS_PROXY: 'http://jo:canary@p:1' }).proxyFor('https://a.test')
  expect(proxy?.url).toBe('http://p:1')
  expect(proxy?.authorization?.reveal()).toBe(`Basic ${Buffer.from('jo:canary').toString('base64')}`)
  expect(inspect(proxy) + JSON.stringify(proxy)).not.toContain('canary')
})
