import { fixtureOf } from './people-api.ts'

/** Pages by number, of which the second goes missing. */
export const fixture = fixtureOf({
  paging: { page: { size: 50 } },
  broken: { status: 404 },
  from: ({ query }, size) => (Number(query.get('page')) - 1) * size,
})
