/**
 * Reads in a process of its own, whose time zone and heap a test decides, and prints what it saw as one line of JSON.
 * The options come as JSON in VANTA_SYNC_TEST_OPTIONS, the password as plain text.
 */
import { tmpdir } from 'node:os'
import { sqlConnector } from '../../../connectors/sql/index.ts'
import { systemClock } from '../../../core/clock.ts'
import type { ReadContext, Row } from '../../../core/connector.ts'
import { silentLog } from '../../../core/log.ts'
import { checkOptions, resolveOptions } from '../../../core/options.ts'
import { Secret } from '../../../core/secret.ts'

const { password, ...written } = JSON.parse(process.env['VANTA_SYNC_TEST_OPTIONS'] ?? '{}') as Record<string, unknown>
const given = typeof password === 'string' ? { ...written, password: new Secret(password) } : written
const { options, problems } = checkOptions(sqlConnector.options, given)
if (problems.length > 0) throw new Error(JSON.stringify(problems))

const context: ReadContext = {
  options: await resolveOptions(options, { schema: sqlConnector.options, baseDir: process.cwd() }),
  log: silentLog,
  signal: new AbortController().signal,
  clock: systemClock,
  zone: 'UTC',
  scratch: tmpdir(),
  fetch: () => Promise.reject(new Error('no network')),
  fetchTrusting: () => Promise.reject(new Error('no network')),
  columns: () => undefined,
  progress: () => undefined,
}

const started = Date.now()
let count = 0
let first: Row | undefined
let largest = 0
let early = 0
const read = sqlConnector.read(context)
let step = await read.next()
for (; step.done !== true; step = await read.next()) {
  const batch = 'fields' in step.value ? [step.value] : step.value
  first ??= batch[0]
  count += batch.length
  const { rss } = process.memoryUsage()
  // What the first rows take is the code and the pools; what comes later would be a leak.
  if (count < 400_000) early = Math.max(early, rss)
  largest = Math.max(largest, rss)
}
const seconds = (Date.now() - started) / 1000
process.stdout.write(JSON.stringify({ count, first: first?.fields, early, largest, seconds, proof: step.value }))
