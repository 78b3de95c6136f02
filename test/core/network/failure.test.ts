import { describe, expect, test } from 'vitest'
import { explainFailure } from '../../../core/network/failure.ts'

const DIRECT = { host: 'api.vanta.test', proxy: undefined }

/** As fetch throws it. */
function failed(message: string, facts: Record<string, unknown> = {}): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), facts) })
}

describe('what fetch threw', () => {
  test.each([
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'dns-failed', false],
    [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'connect-failed', false],
    [{ code: 'ETIMEDOUT', syscall: 'connect' }, 'connect-failed', false],
    [{ code: 'EHOSTUNREACH', syscall: 'connect' }, 'connect-failed', false],
    [{ code: 'CERT_HAS_EXPIRED' }, 'tls-failed', false],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'tls-failed', false],
    [{ code: 'ETIMEDOUT', syscall: 'read' }, 'timed-out', true],
    [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, 'timed-out', true],
    [{ code: 'UND_ERR_BODY_TIMEOUT' }, 'timed-out', true],
    [{ code: 'ECONNRESET', syscall: 'read' }, 'connection-lost', true],
    [{ code: 'UND_ERR_SOCKET' }, 'connection-lost', true],
    [{}, 'connection-lost', true],
  ])('%j is %s; sent: %s', (facts, code, sent) => {
    const failure = explainFailure(failed('x', facts), DIRECT)
    expect(failure).toMatchObject({ code, sent, redirected: false })
    expect(failure?.says).toContain('api.vanta.test')
  })

  test('one error for each address of a name is explained by the first', () => {
    const each = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
    const thrown = new TypeError('fetch failed', { cause: new AggregateError([each, each]) })
    expect(explainFailure(thrown, DIRECT)).toMatchObject({ code: 'connection-refused', sent: false })
  })

  test('a mistake in the program is not explained', () => {
    expect(explainFailure(new TypeError('x is not a function'), DIRECT)).toBeUndefined()
    expect(explainFailure('thrown text', DIRECT)).toBeUndefined()
  })
})
