#!/usr/bin/env node
// Completes package-lock.json for platforms that the registry at hand did not know.
//
// Tools like biome and oxlint ship one optional package per platform. npm leaves those out of the lock file that the
// registry (a filtered company mirror, say) does not serve, and `npm ci` then refuses the whole lock file as "not in
// sync", on every machine. An entry needs no more than its version and platform: npm skips it everywhere else.
//
// Some packages with a binary do not say which C library it is for, and npm then installs it for both: ten megabytes
// that nothing loads. The lock file may say it for them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exit } from 'node:process'

const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
])
const PROCESSORS = new Set(['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'])
const LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

/**
 * Optional dependencies that the lock file names and has no entry for.
 * @param {{ packages: Record<string, any> }} lock
 * @returns {{ owner: string, name: string, version: string }[]}
 */
function missingEntries(lock) {
  const missing = []
  for (const [owner, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isReachable(lock, owner, name)) missing.push({ owner, name, version })
    }
  }
  return missing
}

function isReachable(lock, owner, name) {
  for (let folder = owner; ; folder = parentOf(folder)) {
    if (`${folder}${folder && '/'}node_modules/${name}` in lock.packages) return true
    if (folder === '') return false
  }
}

function parentOf(folder) {
  return folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
}

/** The platform that a package's name ends with: `binding-linux-arm-gnueabihf` → linux, arm, glibc. */
function platformOf(name) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-')
  const os = words.find((word) => SYSTEMS.has(word))
  const cpu = words.find((word) => PROCESSORS.has(word))
  const libc = words.map((word) => LIBRARIES[word]).find(Boolean)
  if (!os || !cpu) return undefined
  return { os: [os], cpu: [cpu], ...(os === 'linux' && libc ? { libc: [libc] } : {}) }
}

/** Adds what is missing; returns the names added. Throws on a name that tells no platform, or a version that is a range. */
function completeLock(lock) {
  const missing = missingEntries(lock)
  for (const { owner, name, version } of missing) {
    const platform = platformOf(name)
    if (!platform || !/^\d+\.\d+\.\d+$/.test(version)) {
      throw new Error(
        `package-lock.json: ${owner} wants ${name}@${version}, which is missing and tells no exact version and platform; add it by hand`,
      )
    }
    lock.packages[`node_modules/${name}`] = entryOf(version, platform, lock.packages[owner].dev)
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
  return missing.map(({ name }) => name)
}

/** Notes the C library that a platform package is for, as its name tells; returns the names of those that said none. */
function noteLibraries(lock) {
  const silent = Object.entries(lock.packages).filter(
    ([path, { optional, os, libc }]) => optional && os?.includes('linux') && !libc && platformOf(path)?.libc,
  )
  for (const [path, entry] of silent) {
    const { libc } = platformOf(path)
    const position = Object.keys(entry).indexOf('license')
    lock.packages[path] = Object.fromEntries(Object.entries(entry).toSpliced(position, 0, ['libc', libc]))
  }
  return silent.map(([path]) => path)
}

/** The keys in the order in which npm writes them, so that its next write changes nothing. */
function entryOf(version, { os, cpu, libc }, dev) {
  return { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os }
}

function main() {
  const path = join(import.meta.dirname, '..', 'package-lock.json')
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  const added = completeLock(lock)
  const noted = noteLibraries(lock)
  if (added.length === 0 && noted.length === 0) return 0
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  if (noted.length > 0) console.log(`package-lock.json: noted the C library of ${noted.length} platform packages`)
  if (added.length === 0) return 0
  console.log(`package-lock.json: added ${added.length} platform packages that the registry did not list`)
  return 0
}

exit(main())
