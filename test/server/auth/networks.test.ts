import { describe, expect, test } from 'vitest'
import type { ServerSpec } from '../../../core/resource.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { clientAddress } from '../../../server/auth/client-address.ts'
import { within } from '../../../server/auth/networks.ts'
import { createThrottle } from '../../../server/auth/throttle.ts'

describe('an address is within a list', () => {
  test.each([
    [['10.1.2.3'], '10.1.2.3', true],
    [['10.1.2.3'], '10.1.2.30', false],
    [['10.1.0.0/16'], '10.1.255.255', true],
    [['10.1.0.0/16'], '10.2.0.0', false],
    [['10.1.0.0/16'], '::ffff:10.1.2.3', true],
    [['10.1.0.0/16'], '::ffff:a01:203', true],
    [['::ffff:10.1.2.3'], '10.1.2.3', true],
    [['::ffff:10.1.0.0/112'], '10.1.9.9', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [[], '127.0.0.1', false],
    [['127.0.0.1'], 'localhost', false],
    [['127.0.0.1'], '', false],
  ])('%j, %s: %s', (list, address, is) => {
    expect(within(list, address)).toBe(is)
  })
})

describe('the address that asks', () => {
  const proxyUser = { header: 'x-forwarded-user', from: ['10.0.0.1'], approvers: [] }
  test.each<[string, Partial<ServerSpec>, string, string | undefined, string]>([
    ['is the peer’s', {}, '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['is what the proxy on this machine saw', { behindProxy: true }, '127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['is its last hop', { behindProxy: true }, '::1', 'made up, 203.0.113.1', '203.0.113.1'],
    ['has no port', { behindProxy: true }, '::1', '203.0.113.1:4711', '203.0.113.1'],
    ['has no brackets', { behindProxy: true }, '::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['is the peer’s when the proxy says nonsense', { behindProxy: true }, '127.0.0.1', 'unknown', '127.0.0.1'],
    ['is the peer’s when the proxy says nothing', { behindProxy: true }, '127.0.0.1', undefined, '127.0.0.1'],
    ['is the peer’s when that is no proxy', { behindProxy: true }, '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['is what the named proxy saw', { behindProxy: true, proxyUser }, '10.0.0.1', '203.0.113.1', '203.0.113.1'],
    [
      'is the peer’s on this machine beside it',
      { behindProxy: true, proxyUser },
      '127.0.0.1',
      '203.0.113.1',
      '127.0.0.1',
    ],
  ])('%s', (...[, server, address, forwardedFor, expected]) => {
    const spec = { host: '127.0.0.1', port: 0, behindProxy: false, users: [], ...server }
    expect(clientAddress({ address, forwardedFor }, spec)).toBe(expected)
  })
})

test('thirty thousand names that somebody makes up do not fill the memory, and those who just failed still wait', () => {
  const throttle = createThrottle(createFakeClock())
  for (let name = 0; name < 21_000; name++) throttle.failed([`name ${name}`])
  for (let guess = 0; guess < 5; guess++) throttle.failed(['name ada'])
  for (let name = 0; name < 9000; name++) throttle.failed([`name b${name}`])
  expect(throttle.waitMs(['name ada'])).toBe(30_000)
})
