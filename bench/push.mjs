// A whole push by the real command line against a bare script: wall times of whole processes, in turns.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, startChild, stopChild, timeOf } from './children.mjs'
import { configText, RESOURCE_ID, writePeople } from './people.mjs'

const ROWS = 20_000
const RUNS = 5
const AIM = 1.5

const cli = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js')
const bare = join(import.meta.dirname, 'bare.mjs')

export async function benchPush() {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-bench-'))
  const vanta = await startChild('vanta.mjs')
  const { url, clientId, clientSecret } = vanta.first
  // Extra authorities are read and judged at each start; whether a machine has some is not what is measured.
  const env = { VANTA_CLIENT_ID: clientId, VANTA_CLIENT_SECRET: clientSecret, NODE_EXTRA_CA_CERTS: '' }
  const exportPath = join(folder, 'people.csv')
  const configPath = join(folder, 'vanta.config.yaml')
  const statePath = join(folder, 'state')

  /** Each run is a first one: nothing in Vanta, nothing in the state. */
  const fresh = async () => {
    await rm(statePath, { recursive: true, force: true })
    const reset = await fetch(`${url}/_sandbox/reset`, { method: 'POST' })
    if (!reset.ok) throw new Error(await reset.text())
  }
  const runCli = async () => {
    await fresh()
    return timeOf([cli, 'run', '--quiet', '-c', configPath], env)
  }
  const runBare = async () => {
    await fresh()
    return timeOf([bare, exportPath, url, RESOURCE_ID], env)
  }

  try {
    await writePeople(exportPath, ROWS)
    await writeFile(configPath, configText({ baseUrl: url, exportPath, statePath }))
    await runCli()
    await runBare()
    const ours = []
    const theirs = []
    for (let round = 0; round < RUNS; round += 1) {
      ours.push(await runCli())
      theirs.push(await runBare())
    }
    const ratio = median(ours) / median(theirs)
    console.log(`${ROWS.toLocaleString('en-US')} accounts from CSV to a verified push, ${RUNS} runs each in turns`)
    console.log(`  vanta-sync  ${said(ours)}`)
    console.log(`  bare script ${said(theirs)}`)
    console.log(`  ratio of medians ${ratio.toFixed(2)} (aim: at most ${AIM})`)
    await fresh()
    const measured = await startChild('breakdown.mjs', [configPath], env)
    await stopChild(measured)
    console.log('  where the time of one run goes, ms')
    for (const [name, ms] of Object.entries(measured.first))
      console.log(`    ${name.padEnd(28)} ${ms.toFixed(0).padStart(6)}`)
    return ratio <= AIM
  } finally {
    await stopChild(vanta)
    await rm(folder, { recursive: true, force: true })
  }
}

function said(times) {
  return `median ${median(times).toFixed(0)} ms (${times.map((ms) => ms.toFixed(0)).join(', ')})`
}
