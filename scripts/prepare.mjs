#!/usr/bin/env node
// npm runs this after `npm ci` and `npm install` in a checkout, and before it packs. A production install has no
// compiler: there, nothing is built, and dist comes from elsewhere (the image copies it, the package holds it).
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execPath, exit } from 'node:process'
import { run, staleBuild } from './checkout.mjs'
import { linkCommand } from './link-command.mjs'

const root = join(import.meta.dirname, '..')

function main() {
  if (!existsSync(join(root, 'node_modules', 'typescript'))) {
    console.log('prepare: not building, because the development packages (typescript) are not installed')
    return 0
  }
  const code = staleBuild(root) ? run(root, execPath, [join(root, 'scripts', 'build.mjs')]) : 0
  if (code === 0) linkCommand(root)
  return code
}

exit(main())
