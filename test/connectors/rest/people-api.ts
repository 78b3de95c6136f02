/** A loopback API of people that wants a token, and can be broken in its middle. */
import { restConnector } from '../../../connectors/rest/index.ts'
import { Secret } from '../../../core/secret.ts'
import { type ConnectorFixture, defineFixture, type FixtureSource } from '../../../testing/fixture.ts'
import { type Asked, type Reply, type Script, startApi } from '../../support/scripted-api.ts'
import { people } from './fixture.ts'

const PEOPLE = 260
const TOKEN = 'people-api-token'

/** How an API pages. */
export interface Way {
  readonly paging: Record<string, unknown>
  /** What every page but the first is once the source is cut. */
  readonly broken: Reply
  /** Position of the first row of the page that is asked for. */
  from(asked: Asked, size: number): number
  /** What is in the answer besides rows. `next` is the position of the first row of the next page, if there is one. */
  envelope?(next: number | undefined): Record<string, unknown>
}

interface Plan {
  readonly rows: number
  /** Of a page. */
  readonly size: number
  /** What every page but the first is instead. */
  readonly middle?: Reply
}

const SHORT: Plan = { rows: PEOPLE, size: 50 }
const HANGS: Reply = { hangs: true, cutAt: 10, body: '[{"id":"E-51","name":"Person 51"}]' }

function scriptOf(way: Way, { rows, size, middle }: Plan): Script {
  return (asked) => {
    if (asked.headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 }
    if (asked.path.split('?')[0] !== '/v1/people') return { status: 404 }
    const from = way.from(asked, size)
    if (from > 0 && middle !== undefined) return middle
    const next = from + size < rows ? from + size : undefined
    return { body: { ...way.envelope?.(next), data: people(Math.max(0, Math.min(size, rows - from)), from + 1) } }
  }
}

async function startSource(way: Way, plan: Plan): Promise<FixtureSource> {
  const api = await startApi(scriptOf(way, plan))
  return {
    options: {
      url: `${api.url}/v1/people`,
      auth: { bearer: new Secret(TOKEN) },
      rows: 'data',
      idField: 'id',
      paging: way.paging,
    },
    rows: plan.rows,
    async cut() {
      api.play(scriptOf(way, { ...plan, middle: way.broken }))
    },
    stop: () => api.close(),
  }
}

const MISTAKES: NonNullable<ConnectorFixture['mistakes']> = [
  { says: 'no URL', options: ({ url: _url, ...good }) => good, fails: 'options', code: 'missing-option' },
  {
    says: 'a token in plain text',
    options: (good) => ({ ...good, auth: { bearer: TOKEN } }),
    fails: 'options',
    code: 'plain-secret',
  },
  {
    says: 'two ways of paging',
    options: (good) => ({ ...good, paging: { none: {}, link: {} } }),
    fails: 'ConfigError',
    code: 'rest-options',
  },
  {
    says: 'a CA file that is not there',
    options: (good) => ({ ...good, ca: './no-such-ca.pem' }),
    fails: 'ConfigError',
    code: 'ca-unreadable',
  },
  {
    says: 'a token that the API refuses',
    options: (good) => ({ ...good, auth: { bearer: new Secret('wrong-token') } }),
    fails: 'OperatorError',
    code: 'http-unauthorized',
  },
  {
    says: 'an address with nothing behind it',
    options: (good) => ({ ...good, url: String(good['url']).replace('/v1/people', '/v1/poeple') }),
    fails: 'OperatorError',
    code: 'http-not-found',
  },
  {
    says: 'a path without a list',
    options: (good) => ({ ...good, rows: 'date' }),
    fails: 'OperatorError',
    code: 'rest-no-rows',
  },
  {
    says: 'an id that rows do not have',
    options: (good) => ({ ...good, idField: 'uid' }),
    fails: 'OperatorError',
    code: 'rest-id',
  },
]

/** A fixture whose API pages in this way. */
export function fixtureOf(way: Way): ConnectorFixture {
  return defineFixture({
    connector: restConnector,
    start: () => startSource(way, SHORT),
    startLong: (rows) => startSource(way, { rows, size: 500 }),
    startHanging: () => startSource(way, { ...SHORT, middle: HANGS }),
    mistakes: MISTAKES,
  })
}
