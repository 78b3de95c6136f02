#!/usr/bin/env node
// A ticket system to try the example with: a JSON API on this machine, with pages and a token, and made-up tickets.
// Usage: node tickets.mjs [PORT]. Ctrl-C ends it.
import { createServer } from 'node:http'
import { argv, env, stdout } from 'node:process'

const token = env.TICKETS_TOKEN || 'try-me'
const TITLES = [
  'Rotate the keys of the archive bucket',
  'Review admins of the build server',
  'Patch the VPN gateway',
  'Phishing mail reported by Sales',
  'Laptop lost on a train',
  'Remove access of a leaver',
  'Renew the wildcard certificate',
  'Restrict the firewall rule of the test network',
  'Answer the customer questionnaire',
]
const STATES = ['new', 'in_progress', 'waiting', 'resolved', 'closed', 'closed', 'closed']
const PRIORITIES = ['critical', 'high', 'medium', 'medium', 'low']
const LABELS = [['access'], ['vulnerability', 'network'], [], ['incident']]
const PEOPLE = ['ada.lovelace', 'niklaus.wirth', 'radia.perlman', 'barbara.liskov']
const DAY = 24 * 3600 * 1000

/** Always the same ones, so that a second run has nothing to change. */
function makeTicket(number) {
  const created = Date.UTC(2025, 5, 2, 8, 30) + number * 3 * DAY
  const state = STATES[number % STATES.length]
  const isDone = state === 'resolved' || state === 'closed'
  const updated = created + (number % 5) * DAY + 3_600_000
  return {
    id: 40_000 + number,
    key: `SEC-${100 + number}`,
    title: TITLES[number % TITLES.length],
    state,
    priority: PRIORITIES[number % PRIORITIES.length],
    assignee: number % 4 === 0 ? null : { email: `${PEOPLE[number % 4]}@people-x.example` },
    reporter: { email: `${PEOPLE[(number + 1) % 4]}@people-x.example` },
    labels: LABELS[number % LABELS.length],
    created_at: new Date(created).toISOString(),
    updated_at: new Date(updated).toISOString(),
    // Like many APIs it leaves out what has no value.
    ...(isDone && { closed_at: new Date(updated).toISOString() }),
  }
}

const tickets = Array.from({ length: 34 }, (_, i) => makeTicket(i + 1))

function answer(request, response) {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const page = Number(url.searchParams.get('page') ?? 1)
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 10), 10)
  if (request.headers.authorization !== `Bearer ${token}`) return send(response, 401, { error: 'the token is wrong' })
  if (url.pathname !== '/api/v2/tickets') return send(response, 404, { error: 'not found' })
  const from = (page - 1) * size
  const meta = { page, per_page: size, total: tickets.length }
  return send(response, 200, { tickets: tickets.slice(from, from + size), meta })
}

function send(response, status, document) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(document))
}

const server = createServer(answer)
server.listen(Number(argv[2] ?? 8420), '127.0.0.1', () => {
  const { port } = server.address()
  stdout.write(`export TICKETS_URL=http://127.0.0.1:${port}/api/v2/tickets\nexport TICKETS_TOKEN=${token}\n`)
})
