// A directory of 20,000 people by our connector, against ldapsearch on the same server, in turns.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { median } from './children.mjs'
import { missingForSlapd, programPath, READER, startSlapd, SUFFIX } from './slapd.mjs'

const PEOPLE = 20_000
const PAGE = 1000
const RUNS = 9
const AIM = 1.3
const FILTER = '(objectClass=inetOrgPerson)'

const reader = join(import.meta.dirname, 'ldap-read.mjs')

export async function benchLdap() {
  const missing = missingForSlapd()
  if (missing !== undefined) {
    console.log(`LDAP is not measured: ${missing}`)
    return false
  }
  const slapd = await startSlapd(PEOPLE)
  try {
    return report(await measure(slapd.url))
  } finally {
    await slapd.stop()
  }
}

async function measure(url) {
  const search = (...what) => timeProgram(programPath('ldapsearch'), [...accessTo(url), ...what], 'ignore')
  const theirRead = () => search('-E', `pr=${PAGE}/noprompt`, FILTER, '*', 'entryUUID')
  // The same program, connection and bind, for one entry: what is left of its time is the reading.
  const theirStart = () => search('-s', 'base')
  const ourRead = () => timeProgram(execPath, [reader, JSON.stringify(optionsFor(url))], 'pipe')
  await theirRead()
  await ourRead()
  const found = { theirs: [], starts: [], ours: [], inside: [], peakMiB: [] }
  for (let round = 0; round < RUNS; round += 1) {
    found.theirs.push((await theirRead()).ms)
    found.starts.push((await theirStart()).ms)
    const { ms, said } = await ourRead()
    const inside = JSON.parse(said)
    if (inside.rows !== PEOPLE) throw new Error(`the connector read ${inside.rows} rows of ${PEOPLE}`)
    found.ours.push(ms)
    found.inside.push(inside.ms)
    found.peakMiB.push(inside.peakMiB)
  }
  return found
}

function accessTo(url) {
  return ['-LLL', '-x', '-H', url, '-D', READER.dn, '-w', READER.password, '-b', SUFFIX]
}

function optionsFor(url) {
  return { urls: [url], bindDn: READER.dn, password: READER.password, base: SUFFIX, attributes: ['*'], pageSize: PAGE }
}

/** Milliseconds from spawn to exit, and what it said when its output is piped. */
async function timeProgram(command, args, output) {
  const startedAt = performance.now()
  const child = spawn(command, args, {
    env: { ...env, NODE_EXTRA_CA_CERTS: '' },
    stdio: ['ignore', output, 'inherit'],
  })
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return { ms: performance.now() - startedAt, said }
}

function report({ theirs, starts, ours, inside, peakMiB }) {
  const reading = median(theirs) - median(starts)
  const whole = median(ours) / median(theirs)
  const read = median(inside) / reading
  console.log(`${PEOPLE.toLocaleString('en-US')} people from slapd in pages of ${PAGE}, ${RUNS} runs each in turns`)
  console.log(`  whole processes   vanta-sync ${sayTimes(ours)}`)
  console.log(`                    ldapsearch ${sayTimes(theirs)}`)
  console.log(`                    ratio of medians ${whole.toFixed(2)}`)
  console.log(`  reading alone     vanta-sync ${sayTimes(inside)}, connecting and binding included`)
  console.log(`                    ldapsearch ${reading.toFixed(0)} ms, its start, connecting and binding taken off`)
  console.log(`                    ratio of medians ${read.toFixed(2)} (aim: at most ${AIM})`)
  console.log(`  peak memory of vanta-sync ${median(peakMiB).toFixed(0)} MiB`)
  return read <= AIM
}

function sayTimes(times) {
  return `${median(times).toFixed(0)} ms (${times.map((ms) => ms.toFixed(0)).join(', ')})`
}
