// Ten million rows of 200 bytes from a program: the read alone. Then a million of them up to the plan. Each in a process
// of its own, so that its memory is its own.
import { startChild, stopChild } from './children.mjs'

const ROWS = 10_000_000
const PLANNED_ROWS = 1_000_000
const RESOURCE_IDS = 53
const AIM_MIB = 300

export async function benchExec() {
  console.log(`rows of 200 bytes from a program (aim: memory under ${AIM_MIB} MiB)`)
  const read = await measure('exec-read.mjs', ROWS)
  const plan = await measure('plan-million.mjs', PLANNED_ROWS, [String(RESOURCE_IDS), 'exec'])
  return Math.max(read, plan) < AIM_MIB
}

/** Prints what it took, and gives the memory. */
async function measure(name, rows, args = []) {
  const measured = await startChild(name, [String(rows), ...args])
  await stopChild(measured)
  const { seconds, peakMiB } = measured.first
  const speed = Math.round(rows / seconds).toLocaleString('en-US')
  const what = args.length === 0 ? 'read' : 'read and planned'
  console.log(`  ${rows.toLocaleString('en-US')} ${what}: ${speed} rows a second, ${peakMiB.toFixed(0)} MiB`)
  return peakMiB
}
