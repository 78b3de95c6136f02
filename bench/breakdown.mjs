// One run in this process, with a clock at each of its events; reports where the time went to its parent.
import { argv, env, uptime } from 'node:process'

const times = {}
let last = 0

function lap(name) {
  const now = uptime() * 1000
  times[name] = (times[name] ?? 0) + now - last
  last = now
}

lap('start of Node')
const { openConfig } = await import('../dist/cli/workplace.js')
await import('../dist/cli/program.js')
await import('../dist/cli/commands/run.js')
const { systemClock } = await import('../dist/core/clock.js')
const { run } = await import('../dist/core/run/run.js')
const { openState } = await import('../dist/core/state/open.js')
const { createTransport } = await import('../dist/core/network/transport.js')
lap('imports')

const io = { env, out() {}, err() {}, terminal: false, colour: false, signal: new AbortController().signal }
const options = { config: argv[2], json: false, logLevel: 'error', quiet: true }
const { settings, log } = await openConfig(io, options, 'check')
lap('config')
const transport = await createTransport({ env })
lap('transport')
const state = await openState({ ...settings.state, clock: systemClock })
lap('state open')

const ENDED_BY_STAGE = { plan: 'rest of the read', push: 'sort, baseline, plan, judge', verify: 'after the commit' }
const ENDED_BY = {
  'token-minted': 'lease, token',
  'source-read': 'read, map, validate, stage',
  'part-pushed': 'verify',
}

function emit(event) {
  const name = event.kind === 'stage' ? ENDED_BY_STAGE[event.stage] : ENDED_BY[event.kind]
  if (name !== undefined) lap(name)
}

/** Splits the push: the PUT and the commit are one stage to the events. */
const baselines = {
  ...state.baselines,
  async commit(change) {
    lap('body, PUT')
    await state.baselines.commit(change)
    lap('commit')
  },
}

const document = await run({
  context: { settings, state: { ...state, baselines }, transport, clock: systemClock, log, signal: io.signal, emit },
  command: 'run',
  resources: settings.resources,
  waitMs: 1000,
  startedBy: 'bench',
  toolVersion: '0',
  itemLimit: 0,
})
lap('record the run')
await state.close()
await transport.close()
lap('close')
if (document.outcome !== 'succeeded') throw new Error(JSON.stringify(document, null, 2))
process.send(times)
process.disconnect()
