#!/usr/bin/env node
// Makes a checkout ready: installs when the packages are not those of package-lock.json, builds when the sources have
// changed since the last build. Silent when there is nothing to do. Runs before `npm test` and `npm run demo`.
import { join } from 'node:path'
import { execPath, exit } from 'node:process'
import { run, staleBuild, staleDependencies } from './checkout.mjs'

const root = join(import.meta.dirname, '..')

function main() {
  const reason = staleDependencies(root)
  if (reason) {
    console.log(`setup: installing packages (${reason})`)
    // `npm ci` runs `prepare`, which builds.
    const code = run(root, 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code !== 0) {
      console.error(
        'setup: `npm ci` failed. It needs the npm registry once, or a filled npm cache; what it said is above.',
      )
      return code
    }
  }
  const why = staleBuild(root)
  if (!why) return 0
  console.log(`setup: building (${why})`)
  return run(root, execPath, [join(root, 'scripts', 'build.mjs')])
}

exit(main())
