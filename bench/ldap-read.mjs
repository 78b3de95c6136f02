// Reads a directory with our connector, and prints how long that took from the first byte to the proof.
import { argv, resourceUsage, stdout } from 'node:process'
import { BUILT_IN } from '../dist/connectors/registry.js'
import { systemClock } from '../dist/core/clock.js'
import { silentLog } from '../dist/core/log.js'
import { checkOptions, resolveOptions } from '../dist/core/options.js'
import { Secret } from '../dist/core/secret.js'

const connector = await BUILT_IN.ldap()
const given = JSON.parse(argv[2])
const written = checkOptions(connector.options, { ...given, password: new Secret(given.password) })
if (written.problems.length > 0) throw new Error(JSON.stringify(written.problems))
const options = await resolveOptions(written.options, { schema: connector.options, baseDir: '.' })

const startedAt = performance.now()
let rows = 0
const read = connector.read({
  options,
  log: silentLog,
  signal: new AbortController().signal,
  clock: systemClock,
  zone: 'UTC',
  fetch,
  fetchTrusting: async () => fetch,
  columns: () => undefined,
  progress: () => undefined,
})
let step = await read.next()
for (; !step.done; step = await read.next()) rows += step.value.length ?? 1
const ms = performance.now() - startedAt
if (step.value?.complete !== true) throw new Error(`the read is not complete: ${step.value?.evidence}`)
stdout.write(JSON.stringify({ ms, rows, peakMiB: resourceUsage().maxRSS / 1024 }))
