/** An export on a web server whose answers break off in the middle. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { Secret } from '../../../core/secret.ts'
import { defineFixture, type FixtureSource } from '../../../testing/fixture.ts'
import { listenHttp } from '../../support/loopback.ts'
import { exportOf } from './export.ts'

const ROWS = 2000
const TOKEN = 'Bearer people-x-token'

export const fixture = defineFixture({
  connector: csvConnector,
  start: () => startServer(ROWS, 'whole'),
  startLong: (rows) => startServer(rows, 'whole'),
  startHanging: () => startServer(ROWS, 'hangs'),
  mistakes: [
    {
      says: 'a token that the server refuses',
      options: (good) => ({ ...good, http: { bearer: new Secret('another') } }),
      fails: 'OperatorError',
      code: 'http-unauthorized',
    },
    {
      says: 'an address where there is nothing',
      options: (good) => ({ ...good, path: String(good['path']).replace('people.csv', 'nobody.csv') }),
      fails: 'OperatorError',
      code: 'file-missing',
    },
    {
      says: 'a pattern',
      options: (good) => ({ ...good, path: String(good['path']).replace('people', '*') }),
      fails: 'ConfigError',
      code: 'location',
    },
  ],
})

type Mood = 'whole' | 'cut' | 'hangs'

async function startServer(rows: number, first: Mood): Promise<FixtureSource> {
  const body = Buffer.from(exportOf(rows))
  let mood = first
  const server = await listenHttp((request, response) => answer(request, response, { body, mood }))
  return {
    options: { path: `http://127.0.0.1:${server.port}/people.csv`, http: { bearer: new Secret(TOKEN.slice(7)) } },
    rows,
    async cut() {
      mood = 'cut'
    },
    stop: () => server.close(),
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { body, mood }: { body: Buffer; mood: Mood },
): void {
  if (request.headers.authorization !== TOKEN) return void response.writeHead(401).end()
  if (request.url !== '/people.csv') return void response.writeHead(404).end()
  response.writeHead(200, {
    'content-length': body.length,
    etag: '"people"',
    'last-modified': 'Mon, 23 Nov 2015 04:00:00 GMT',
  })
  if (request.method === 'HEAD') return void response.end()
  if (mood === 'whole') return void response.end(body)
  response.write(body.subarray(0, body.length / 2), () => {
    if (mood === 'cut') response.destroy()
  })
}
