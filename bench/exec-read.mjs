// Reads a program to its end, as the pipeline would, and reports time and memory to its parent.
import { tmpdir } from 'node:os'
import { argv, execPath } from 'node:process'
import { execConnector } from '../dist/connectors/exec/index.js'
import { systemClock } from '../dist/core/clock.js'
import { silentLog } from '../dist/core/log.js'
import { checkOptions, resolveOptions } from '../dist/core/options.js'
import { peakMiB } from './children.mjs'

const rows = Number(argv[2])

const noFetch = () => Promise.reject(new Error('The bench has no network'))
const schema = execConnector.options
const { options } = checkOptions(schema, { command: [execPath, './exec-rows.mjs', String(rows)] })
const reading = execConnector.read({
  options: await resolveOptions(options, { schema, baseDir: import.meta.dirname }),
  log: silentLog,
  signal: new AbortController().signal,
  clock: systemClock,
  zone: 'UTC',
  fetch: noFetch,
  fetchTrusting: noFetch,
  scratch: tmpdir(),
  columns: () => undefined,
  progress: () => undefined,
})
const startedAt = performance.now()
let count = 0
let step = await reading.next()
for (; !step.done; step = await reading.next()) count += step.value.length
const seconds = (performance.now() - startedAt) / 1000
if (!step.value?.complete || count !== rows) throw new Error(`${count} rows, ${step.value?.evidence}`)
process.send({ seconds, peakMiB: peakMiB() })
process.disconnect()
