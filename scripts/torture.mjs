#!/usr/bin/env node
// `npm run torture`: tries to refute that anything makes vanta-sync delete somebody by mistake, lose an update or lie.
// --seed S --runs N: so many runs of random scenarios in process. --kills N: so many real processes killed and run again.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { argv, execPath, exit } from 'node:process'

const main = join(import.meta.dirname, '..', 'test', 'faults', 'torture.ts')
const { status } = spawnSync(execPath, ['--import', 'jiti/register', main, ...argv.slice(2)], { stdio: 'inherit' })
exit(status ?? 1)
