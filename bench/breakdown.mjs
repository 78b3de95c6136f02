// One run in this process, with a clock at each of its events; reports where the time went to its parent.
import { argv, env, uptime } from 'node:process'

const started = uptime() * 1000
const times = { 'start of Node': started }
let last = started

function lap(name) {
  const now = uptime() * 1000
  times[name] = (times[name] ?? 0) + now - last
  last = now
}

const { withWorkplace, openConfig } = await import('../dist/cli/workplace.js')
const { run } = await import('../dist/core/run/run.js')
await import('../dist/cli/program.js')
await import('../dist/cli/commands/run.js')
lap('imports')

const io = { env, out() {}, err() {}, terminal: false, colour: false, signal: new AbortController().signal }
const options = { config: argv[2], json: false, logLevel: 'error', quiet: true }
await openConfig(io, options, 'check')
lap('config')

const AFTER = {
  'run-started': 'config again, state open',
  'token-minted': 'lease, token',
  'source-read': 'read, map, validate, stage',
  'part-pushed': 'verify',
}
const DURING = { read: 'start of the resource', plan: 'read, map, validate, stage', push: 'sort, baseline, plan, judge', verify: 'after the commit' }

function listen(event) {
  if (event.kind === 'stage') lap(DURING[event.stage])
  else if (AFTER[event.kind] !== undefined) lap(AFTER[event.kind])
}

/** Splits the push: the PUT and the commit are one stage to the events. */
function timed(state) {
  const { baselines } = state
  const commit = async (change) => {
    lap('body, PUT')
    await baselines.commit(change)
    lap('commit')
  }
  return { ...state, baselines: { ...baselines, commit } }
}

await withWorkplace(io, options, {
  emit: () => listen,
  async work(context) {
    const document = await run({
      context: { ...context, state: timed(context.state) },
      command: 'run',
      resources: context.settings.resources,
      waitMs: 1000,
      startedBy: 'bench',
      toolVersion: '0',
      itemLimit: 0,
    })
    lap('record the run')
    if (document.outcome !== 'succeeded') throw new Error(JSON.stringify(document, null, 2))
  },
})
lap('close')
process.send(times)
if (process.connected) process.disconnect()
