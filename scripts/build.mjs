#!/usr/bin/env node
// Compiles the sources to dist. The build is made beside dist and takes its place when it is whole, so that a command
// that runs meanwhile, or a build that fails, never sees half of one.
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pid } from 'node:process'
import { BUILD_STAMP, digestSources, listSourceFiles, runTool } from './checkout.mjs'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const fresh = join(root, `.dist-${pid}`)
const stale = join(root, `.dist-${pid}-old`)

function main() {
  const digest = digestSources(root)
  const code = runTool(root, 'typescript/bin/tsc', ['-p', 'tsconfig.json', '--outDir', fresh, '--noEmitOnError'])
  if (code !== 0) {
    console.error('build: the sources do not compile; dist was left as it was')
    return code
  }
  copyAssets()
  makeExecutable(join(fresh, 'cli', 'main.js'))
  writeFileSync(join(fresh, BUILD_STAMP), digest)
  replaceDist()
  return 0
}

/** What the code reads beside itself at run time: anything in a source folder that is neither TypeScript nor prose. */
function copyAssets() {
  for (const file of listSourceFiles(root)) {
    if (/\.(ts|md)$/.test(file)) continue
    mkdirSync(dirname(join(fresh, file)), { recursive: true })
    copyFileSync(join(root, file), join(fresh, file))
  }
}

function makeExecutable(path) {
  if (existsSync(path)) chmodSync(path, 0o755)
}

function replaceDist() {
  // Two builds at once both end here; the later one wins, and the loop covers the instant between the two renames.
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (existsSync(dist)) renameSync(dist, stale)
      renameSync(fresh, dist)
      return
    } catch (error) {
      if (attempt === 20) throw error
    } finally {
      rmSync(stale, { recursive: true, force: true })
    }
  }
}

try {
  process.exitCode = main()
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
