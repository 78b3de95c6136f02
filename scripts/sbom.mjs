#!/usr/bin/env node
// Writes dist/sbom.cdx.json: the production packages of the lock file as a CycloneDX list, by `npm sbom`. npm runs this
// when it packs.
//
// `npm sbom --omit dev` leaves out what a development package needs as well, so everything is asked for and what the
// lock file marks as development is taken out here. Time and serial number go too: the same lock file gives the same
// bytes.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exit, platform } from 'node:process'

const root = join(import.meta.dirname, '..')

export function productionPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional && !entry.peer)
    .map(
      ([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`,
    )
}

/** The bill without what is not among `production`. @throws when one of them is missing */
export function productionBill(bill, production) {
  const wanted = new Set(production)
  const { serialNumber: _serial, metadata, components, dependencies, ...rest } = bill
  const { timestamp: _time, ...told } = metadata
  const kept = components.filter(({ 'bom-ref': ref }) => wanted.has(ref))
  const listed = new Set(kept.map(({ 'bom-ref': ref }) => ref))
  const missing = production.filter((each) => !listed.has(each))
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}`)
  const own = metadata.component['bom-ref']
  return {
    ...rest,
    metadata: told,
    components: kept,
    dependencies: dependencies
      .filter(({ ref }) => ref === own || listed.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => listed.has(each)) })),
  }
}

function npmBill() {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: platform === 'win32',
    maxBuffer: 64_000_000,
  })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout)
}

function main() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const bill = productionBill(npmBill(), productionPackages(lock))
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(join(root, 'dist', 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
  console.error(`sbom: dist/sbom.cdx.json lists ${bill.components.length} packages`)
  return 0
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) exit(main())
