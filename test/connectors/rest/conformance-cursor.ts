import { fixtureOf } from './people-api.ts'

/** Pages by cursor, of which the second is cut. */
export const fixture = fixtureOf({
  paging: { cursor: { next: 'meta.next', parameter: 'after' } },
  broken: { headers: { 'content-type': 'application/json' }, body: '{"data":[{"id":"E-51","na' },
  from: ({ query }) => Number(query.get('after') ?? 0),
  envelope: (next) => ({ meta: { next: next === undefined ? null : String(next) } }),
})
