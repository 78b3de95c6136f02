#!/usr/bin/env node
// Checks what users get: the files of the npm package, and the size of a production installation. `npm run
// package:check`; needs the registry or npm's cache. The budget is part of the promise: a sync tool is installed on
// hosts that hold credentials, so every package in it is one more to trust.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, exit, platform } from 'node:process'

const root = join(import.meta.dirname, '..')

const MAX_PACKAGES = 60
const MAX_MEGABYTES = 45
const MEGABYTE = 1_000_000
/** What a package without is broken. */
const NEEDED = [
  'package.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/testing/index.js',
  'dist/testing/index.d.ts',
  'schemas/vanta.config.schema.json',
  'dist/cli/main.js',
  'dist/sbom.cdx.json',
]
/** What does not belong to users: sources, tests, tools, state, secrets. */
const UNWANTED = /^(test|scripts|bench|coverage|node_modules|\.)|\.test\.|(?<!\.d)\.ts$|\.sqlite|\.env|\.map$/
/** Examples hold connector modules, which are TypeScript on purpose. */
const WELCOME = /^examples\//

function npm(args, cwd) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', shell: platform === 'win32' })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stderr}`)
  return stdout
}

/** What npm writes at packing, where scripts are on. */
function writeBill() {
  const { status, stderr } = spawnSync(execPath, [join(root, 'scripts', 'sbom.mjs')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(readFileSync(join(root, 'dist', 'sbom.cdx.json'), 'utf8'))
}

function checkContents() {
  // Scripts are off: the build was made before, and its output would stand before the JSON.
  const [pack] = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'], root))
  const files = pack.files.map(({ path }) => path)
  console.log(`package: ${files.length} files, ${megabytes(pack.unpackedSize)} MB unpacked`)
  const missing = NEEDED.filter((path) => !files.includes(path)).map((path) => `package: ${path} is missing`)
  const unwanted = files
    .filter((path) => UNWANTED.test(path) && !WELCOME.test(path))
    .map((path) => `package: ${path} does not belong in it`)
  const command = pack.files.find(({ path }) => path === 'dist/cli/main.js')
  const mode = command && (command.mode & 0o111) === 0 ? ['package: dist/cli/main.js is not executable'] : []
  return [...missing, ...unwanted, ...mode]
}

/** The bill lists what is installed. What npm leaves out is for other platforms. */
function checkBill(bill, installed) {
  const listed = new Set(bill.components.map(({ 'bom-ref': ref }) => ref))
  const missing = installed.filter((each) => !listed.has(each))
  console.log(`bill of materials: ${listed.size} packages, ${installed.length} of them on this platform`)
  return missing.map((each) => `bill of materials: ${each} is missing`)
}

function checkProduction(bill) {
  const copy = mkdtempSync(join(tmpdir(), 'vanta-sync-production-'))
  try {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, name), join(copy, name))
    npm(['ci', '--omit=dev', '--ignore-scripts', '--loglevel=error'], copy)
    return [...checkBill(bill, installedIn(copy)), ...weigh(copy)]
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** As `name@version`. */
function installedIn(copy) {
  const { packages } = JSON.parse(readFileSync(join(copy, 'node_modules', '.package-lock.json'), 'utf8'))
  return Object.entries(packages).map(([path, { version }]) => `${nameOf(path)}@${version}`)
}

function weigh(copy) {
  const modules = join(copy, 'node_modules')
  const folders = Object.keys(JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages)
  const total = diskSize(modules)
  console.log(
    `production: ${folders.length} packages (at most ${MAX_PACKAGES}), ${megabytes(total)} MB (at most ${MAX_MEGABYTES})`,
  )
  const heaviest = folders
    .map((folder) => ({ folder, size: diskSize(join(copy, folder)) }))
    .sort((a, b) => b.size - a.size)
  for (const { folder, size } of heaviest.slice(0, 5))
    console.log(`  ${megabytes(size).padStart(5)} MB ${folder.replace('node_modules/', '')}`)
  const count = folders.length - MAX_PACKAGES
  const excess = total - MAX_MEGABYTES * MEGABYTE
  return [
    ...(count > 0 ? [`production: ${count} packages over the budget of ${MAX_PACKAGES}`] : []),
    ...(excess > 0
      ? [`production: ${megabytes(excess)} MB over the budget of ${MAX_MEGABYTES} MB; the heaviest are above`]
      : []),
  ]
}

/** Bytes on disk, in blocks, as `du` counts: many small files cost more than they hold. */
function diskSize(path) {
  const stat = statSync(path)
  const own = stat.blocks * 512
  if (!stat.isDirectory()) return own
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .reduce((sum, entry) => sum + diskSize(join(path, entry.name)), own)
}

function megabytes(bytes) {
  return (bytes / MEGABYTE).toFixed(1)
}

function main() {
  const bill = writeBill()
  const problems = [...checkContents(), ...checkProduction(bill)]
  for (const problem of problems) console.error(problem)
  return problems.length === 0 ? 0 : 1
}

exit(main())
