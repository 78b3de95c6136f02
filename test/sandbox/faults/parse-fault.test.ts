import { describe, expect, it } from 'vitest'
import { parseFault } from '../../../sandbox/faults/parse-fault.ts'

describe('parseFault', () => {
  it.each([
    [{ do: { status: 503 } }],
    [{ on: { method: 'PUT', path: '/v1', nth: 2, count: 'all' }, do: { reset: 'after-commit' } }],
    [{ on: {}, do: { status: 200, body: null, headers: { a: 'b' }, commit: true } }],
    [{ do: { rotateSecret: 'vcs_new' } }],
    [{ do: { delay: 0 } }],
  ])('takes %j', (fault) => {
    expect(parseFault(fault)).toEqual({ on: {}, ...fault })
  })

  it.each([
    ['text', /^a fault must be an object/],
    [{ do: { status: 503 }, when: {} }, /^a fault has no key "when"/],
    [{ on: { metod: 'PUT' }, do: { status: 503 } }, /^"on" has no key "metod"; did you mean "method"\?/],
    [{ on: { path: 'v1' }, do: { status: 503 } }, /^"on.path" must be a path that begins with \//],
    [
      { on: { count: 0 }, do: { status: 503 } },
      /^"on.count" must be a whole number from 1, or "all"; it is a whole number/,
    ],
    [{ on: [], do: { status: 503 } }, /^"on" must be an object/],
    [{}, /^"do" must be an object that says what happens; it is nothing/],
    [{ do: {} }, /^"do" must name one effect, it names 0/],
    [{ do: { status: 500, reset: 'after-body' } }, /^"do" must name one effect, it names 2/],
    [{ do: { html: true, body: 'x' } }, /^"do" has no key "body"/],
    [{ do: { reset: 'later' } }, /^"do.reset" must be "before-body" or "after-body" or "after-commit"/],
    [{ do: { status: 42 } }, /^"do.status" must be a status from 200 to 599/],
    [{ do: { status: 500, headers: { a: 1 } } }, /^"do.headers" must be an object of texts/],
    [{ do: { rotateSecret: '' } }, /^"do.rotateSecret" must be true or the new secret/],
    [{ do: { delay: '5s' } }, /^"do.delay" must be milliseconds/],
  ])('says what is wrong with %j', (fault, expected) => {
    expect(parseFault(fault)).toMatch(expected)
  })
})
