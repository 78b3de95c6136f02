// Plans made-up rows against a baseline that nobody knows, and reports time and memory to its parent. With `exec` as a
// third argument the rows come from a program.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, execPath } from 'node:process'
import { execConnector } from '../dist/connectors/exec/index.js'
import { systemClock } from '../dist/core/clock.js'
import { defineConnector } from '../dist/core/connector.js'
import { silentLog } from '../dist/core/log.js'
import { compileMapping } from '../dist/core/mapping/compile.js'
import { prepare } from '../dist/core/run/prepare.js'
import { checkOptions, resolveOptions } from '../dist/core/options.js'
import { openState } from '../dist/core/state/open.js'
import { resourceType } from '../dist/schemas/resource-types.js'
import { peakMiB } from './children.mjs'
import { PEOPLE_MAP, person, shuffled } from './people.mjs'

const [rows, resourceIds] = argv.slice(2, 4).map(Number)
const isProgram = argv[4] === 'exec'
const BATCH = 1000
const anything = { kind: 'share', share: 1, text: '100%' }

const generator = defineConnector({
  apiVersion: 1,
  name: 'generator',
  options: { type: 'object', properties: {} },
  async *read(context) {
    context.columns(Object.keys(person(0)))
    let batch = []
    for (const number of shuffled(rows)) {
      batch.push({ at: `people.csv:${number + 2}`, fields: person(number) })
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    yield batch
    return { complete: true, rows, asOf: new Date(context.clock.now()), evidence: 'generated' }
  },
})

/** The same from outside, through a pipe and JSON. */
async function programOptions() {
  const schema = execConnector.options
  const { options } = checkOptions(schema, { command: [execPath, './exec-rows.mjs', String(rows)] })
  return resolveOptions(options, { schema, baseDir: import.meta.dirname })
}

function source(mapping) {
  if (isProgram) return { name: 'program', connector: execConnector, options: programOptions, mapping }
  return { name: 'generator', connector: generator, options: async () => ({}), mapping }
}

function resource() {
  const type = resourceType('user_account')
  const { mapping } = compileMapping({ type, map: PEOPLE_MAP, tables: {}, zone: 'UTC' })
  return {
    name: 'accounts',
    // Without the right to read back, the baseline is unknown, and nobody is asked.
    application: { name: 'bench', clientId: 'vci_bench', scopes: ['connectors.self:write-resource'] },
    type,
    resourceIds: Array.from({ length: resourceIds }, (_, index) => index.toString(16).padStart(24, '0')),
    sources: [source(mapping)],
    merge: 'error',
    onInvalid: 'carry-forward',
    carryForMs: 0,
    guard: {
      maxRemoved: anything,
      maxChanged: anything,
      maxAdded: anything,
      maxInvalid: anything,
      minRecords: 1,
      mustInclude: [],
      windowMs: 0,
    },
    verify: true,
    timeoutMs: 3_600_000,
  }
}

const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-bench-'))
try {
  const state = await openState({ path: join(folder, 'state'), allowNetworkFs: false, clock: systemClock })
  const spec = resource()
  const scratch = join(folder, 'scratch')
  await mkdir(scratch)
  const startedAt = performance.now()
  let readSeconds = 0
  const { plan } = await prepare({
    context: {
      settings: { vanta: { baseUrl: 'http://127.0.0.1:1' }, resources: [spec] },
      state,
      transport: { fetch: globalThis.fetch },
      clock: systemClock,
      log: silentLog,
      signal: new AbortController().signal,
      emit(event) {
        if (event.kind === 'source-read') readSeconds = (performance.now() - startedAt) / 1000
      },
      resource: spec,
      startedAt: systemClock.now(),
      runId: 'bench',
      folder: scratch,
    },
    requests: { put: 0, get: 0 },
    client: () => Promise.reject(new Error('The bench has no Vanta')),
  })
  const seconds = (performance.now() - startedAt) / 1000
  if (plan.size !== rows)
    throw new Error(`${plan.size} of ${rows} rows are in the plan: ${JSON.stringify([...plan.problems].slice(0, 3))}`)
  const bytes = plan.parts.reduce((sum, part) => sum + part.bytes, 0)
  await state.close()
  process.send({ seconds, readSeconds, bytes, peakMiB: peakMiB() })
} finally {
  await rm(folder, { recursive: true, force: true })
  if (process.connected) process.disconnect()
}
