// A million rows over many resource ids, up to the plan, in a process of its own so that its memory is its own.
import { startChild, stopChild } from './children.mjs'

const ROWS = 1_000_000
const RESOURCE_IDS = 53
const AIM_MIB = 300

export async function benchMillion() {
  const measured = await startChild('plan-million.mjs', [String(ROWS), String(RESOURCE_IDS)])
  await stopChild(measured)
  const { seconds, peakMiB, readSeconds, bytes } = measured.first
  console.log(
    `${ROWS.toLocaleString('en-US')} rows over ${RESOURCE_IDS} resource ids: read, map, validate, stage, plan`,
  )
  console.log(
    `  ${Math.round(ROWS / seconds).toLocaleString('en-US')} rows a second (${seconds.toFixed(1)} s; ${readSeconds.toFixed(1)} s up to the plan)`,
  )
  console.log(
    `  ${(bytes / 2 ** 20).toFixed(0)} MiB to push, largest memory ${peakMiB.toFixed(0)} MiB (aim: under ${AIM_MIB})`,
  )
  return peakMiB < AIM_MIB
}
