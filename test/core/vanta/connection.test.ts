import { expect, test } from 'vitest'
import { connectionOf } from '../../../core/vanta/connection.ts'

test('a connection is a stable digest of the client id and does not show it', () => {
  expect(connectionOf('vci_people')).toMatch(/^[0-9a-f]{32}$/)
  expect(connectionOf('vci_people')).toBe(connectionOf('vci_people'))
  expect(connectionOf('vci_people')).not.toBe(connectionOf('vci_other'))
})

test('the source id makes another connection, and the two parts cannot be confused', () => {
  const digests = [
    connectionOf('a'),
    connectionOf('a', ''),
    connectionOf('a', 'b'),
    connectionOf('ab'),
    connectionOf('a","b'),
  ]
  expect(new Set(digests).size).toBe(digests.length)
})
