import { mkdtempSync, rmSync, mkdirSync } from 'node:fs'
import { runScript } from './test/support/state-folder.ts'
let bad = 0
for (let r = 0; r < 10; r++) {
  const d = mkdtempSync('/tmp/stress-')
  for (let i = 0; i < 60; i++) mkdirSync(`${d}/scratch/dead-${i}`, { recursive: true })
  const all = await Promise.all(Array.from({ length: 6 }, () => runScript('./reserve-requests.ts', [d, '0', '0'])))
  for (const e of all) if (e.code !== 0) { bad++; console.log(e.stderr.slice(0, 600)) }
  rmSync(d, { recursive: true })
}
console.log('bad', bad)
