// What a checkout needs before anything of it can run: its packages, and a build of its sources. Uses nothing but Node.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath, platform } from 'node:process'

/** The folders and files that `tsc -p tsconfig.json` compiles. */
const SOURCES = [
  'index.ts',
  'cli',
  'config',
  'connectors',
  'core',
  'daemon',
  'notify',
  'sandbox',
  'schemas',
  'server',
  'testing',
]
/** What changes the outcome of a build without being compiled. */
const BUILD_INPUTS = ['tsconfig.json', 'scripts/build.mjs', 'package-lock.json']

/** Where a build leaves the digest of what it was made from. */
export const BUILD_STAMP = '.sources'

/**
 * Why node_modules is not what package-lock.json asks for, or undefined when it is. Compares contents, not times: a
 * branch that was changed and changed back needs no new installation, and a fresh clone has no times that mean anything.
 */
export function staleDependencies(root) {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (!installed) return 'node_modules is missing'
  const wanted = readPackages(join(root, 'package-lock.json')) ?? {}
  for (const [folder, { version, optional }] of Object.entries(wanted)) {
    const there = installed[folder]
    // Packages for other platforms are optional and not there.
    if (folder === '' || (optional && !there)) continue
    if (there?.version !== version) return `${folder} is not ${version}, as package-lock.json asks`
  }
  return undefined
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Why dist is not a build of the sources as they are now, or undefined when it is. */
export function staleBuild(root) {
  if (!existsSync(join(root, 'dist'))) return 'dist is missing'
  const stamp = join(root, 'dist', BUILD_STAMP)
  if (!existsSync(stamp)) return 'dist is of an unfinished build'
  return readFileSync(stamp, 'utf8') === digestSources(root) ? undefined : 'dist is older than the sources'
}

/** One digest over names and contents of everything that a build is made from. */
export function digestSources(root) {
  const hash = createHash('sha256')
  for (const file of [...listSourceFiles(root), ...BUILD_INPUTS]) {
    hash.update(`${file}\0`)
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** Files of the source folders, relative to `root`, with `/`, sorted. */
export function listSourceFiles(root) {
  return SOURCES.flatMap((name) => listFiles(root, name)).sort((a, b) => (a < b ? -1 : 1))
}

function listFiles(root, name) {
  const path = join(root, name)
  if (!existsSync(path)) return []
  if (name.endsWith('.ts')) return [name]
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    // What begins with a dot (.env, .vanta-sync) is somebody's own, and never ships.
    if (entry.name.startsWith('.')) return []
    const inner = `${name}/${entry.name}`
    return entry.isDirectory() ? listFiles(root, inner) : [inner]
  })
}

/** Runs a program in `root` with our output; returns its exit code. */
export function run(root, command, args, env = process.env) {
  // npm is a .cmd file on Windows, which only a shell starts.
  const shell = platform === 'win32' && command === 'npm'
  const { status, error, signal } = spawnSync(command, args, { cwd: root, env, shell, stdio: 'inherit' })
  if (error) console.error(`${command}: ${error.message}`)
  if (signal) console.error(`${command}: ended by ${signal}`)
  return status ?? 1
}

/** Runs a program of node_modules by the Node that runs us; `bin` is its path below node_modules. */
export function runTool(root, bin, args, env = process.env) {
  return run(root, execPath, [join(root, 'node_modules', bin), ...args], env)
}
